import { getFormProps, useForm } from '@conform-to/react';
import { useRef } from 'react';
import { data, Form, redirect, useNavigation } from 'react-router';
import { z } from 'zod';
import { authorize, refusal } from '../../../server/domain/actor.ts';
import { autonomies, dependencyPolicies, priorities, sessionTypes } from '../../../server/domain/session.ts';
import { createSessionInput } from '../../../server/domain/session-input.ts';
import { actorOf } from '../../auth.server.ts';
import { choicesOf } from '../../blueprint-choices.server.ts';
import { BlueprintPicker } from '../../components/blueprint-picker.tsx';
import { PageHeader, Panel } from '../../components/page.tsx';
import { PlanAhead } from '../../components/plan-ahead.tsx';
import { RehearsalGuide } from '../../components/rehearsal-guide.tsx';
import { Empty } from '../../components/states.tsx';
import { Bar, Button } from '../../components/ui/button.tsx';
import { CheckField, ErrorSummary, SelectField, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { duration } from '../../format.ts';
import { useDraft } from '../../hooks/use-draft.ts';
import { useHydrated } from '../../hooks/use-hydrated.ts';
import { usePlanAhead } from '../../hooks/use-plan-ahead.ts';
import { planAhead } from '../../plan-ahead.server.ts';
import { type SessionForm, sessionLabels, sessionValues } from '../../session-form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/new.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'New session');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { repositories, blueprints, system } = context.get(servicesContext);
  const actor = actorOf(context);
  const [known, catalogue] = await Promise.all([repositories.choices(actor), blueprints.list(actor)]);
  const named = url.searchParams.get('blueprint');
  return {
    repositories: known.map(({ id, name, baseBranch }) => ({ value: id, words: `${name} (${baseBranch})` })),
    chosen: url.searchParams.get('repository'),
    blueprints: choicesOf(catalogue),
    named: named === 'planner' || catalogue.some(({ key }) => key === named) ? named : null,
    rehearsal: system.rehearsal,
    refusal: refusal(actor, 'session.create'),
  };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const actor = actorOf(context);
  authorize(actor, 'session.create');
  const form = await request.formData();
  if (form.get('intent') === 'preview') {
    const ahead = await planAhead(context.get(servicesContext).plans, actor, form);
    // What was typed comes back unjudged: nothing was sent yet.
    return data({ reply: parseForm(form, z.record(z.string(), z.unknown())).reply(), ahead });
  }
  const submission = parseForm(form, createSessionInput, sessionValues);
  if (submission.status !== 'success') return data({ reply: submission.reply(), ahead: null }, { status: 422 });
  try {
    const session = await context.get(servicesContext).sessions.create(actor, submission.value);
    return redirect(`/sessions/${session.slug}`);
  } catch (error) {
    const answer = replyWith(submission, error);
    return data({ reply: answer.data, ahead: null }, answer.init ?? {});
  }
});

const limits = [300, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400].map((seconds) => ({
  value: String(seconds),
  words: duration(seconds),
}));
const autonomyWords = autonomies.map((value) => ({
  value,
  words: value === 'auto' ? 'start at once' : 'a person accepts the plan',
}));
const policyWords = dependencyPolicies.map((value) => ({
  value,
  words: value === 'skip' ? 'skip what depends on it' : 'block and wait',
}));
const words = (values: readonly string[]) => values.map((value) => ({ value, words: value.replaceAll('_', ' ') }));

export default function NewSession({ loaderData, actionData }: Route.ComponentProps) {
  const { repositories, blueprints, chosen, named, rehearsal, refusal: refused } = loaderData;
  const [form, fields] = useForm<SessionForm>({
    id: 'session',
    lastResult: actionData?.reply ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: {
      repositoryId: chosen ?? repositories[0]?.value,
      blueprint: named ?? '',
      priority: 'medium',
      type: 'execution',
      autonomy: 'auto',
      dependencyPolicy: 'skip',
      maxDurationSeconds: '3600',
      parallelism: '2',
      start: 'on',
    },
  });
  const budget = fields.budget.getFieldset();
  const element = useRef<HTMLFormElement>(null);
  useDraft(element, 'new-session', (path) => path.startsWith('/sessions/'));
  const { state: ahead, busy } = usePlanAhead(element);
  const hydrated = useHydrated();
  const pending = useNavigation().formAction === '/sessions/new' ? 'Creating' : null;

  function insert(sample: string) {
    const prompt = element.current?.elements.namedItem('prompt');
    if (!(prompt instanceof HTMLTextAreaElement)) return;
    // setRangeText is seen by React where setting `value` is not, so the counter follows.
    const before = prompt.value.trim() === '' ? '' : `${prompt.value.trimEnd()}\n\n`;
    prompt.setRangeText(before + sample, 0, prompt.value.length, 'end');
    prompt.dispatchEvent(new Event('input', { bubbles: true }));
    prompt.focus();
  }

  if (repositories.length === 0) {
    return (
      <>
        <PageHeader title="New session" />
        <Empty
          title="There is no repository to work on."
          action={{ to: '/repositories', words: 'Register a repository' }}
        >
          A session works in a git repository that the team has registered; the sample is one press away.
        </Empty>
      </>
    );
  }

  return (
    <>
      <PageHeader
        title="New session"
        note="A goal, a repository, limits. It is cut into tasks, worked on in worktrees of its own, and proven by the repository's commands."
      />
      <Form
        method="post"
        {...getFormProps(form)}
        ref={element}
        className="grid flex-1 grid-cols-[minmax(0,1fr)] gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)]"
      >
        <div className="flex flex-col gap-5 bg-surface-0 p-3 lg:p-6">
          <ErrorSummary form={form} labels={sessionLabels} />
          <TextField
            field={fields.title}
            label={sessionLabels.title}
            hint="What will be true when it is done."
            maxLength={200}
            required
          />
          {rehearsal && <RehearsalGuide onInsert={insert} />}
          <TextAreaField
            field={fields.prompt}
            label={sessionLabels.prompt}
            hint="Everything the agents should know: the goal, what to leave alone, how to prove it."
            counter={10_000}
            rows={12}
            required
          />
          <BlueprintPicker
            field={fields.blueprint}
            choices={blueprints}
            kept={fields.blueprintParameters.initialValue}
          />
          <PlanAhead state={ahead ?? actionData?.ahead ?? null} busy={busy} />
          {!hydrated && (
            <Button type="submit" name="intent" value="preview" formNoValidate>
              Preview the plan
            </Button>
          )}
          <TextField field={fields.tags} label={sessionLabels.tags} hint="With commas between them." />
        </div>

        <div className="bg-surface-0">
          <div className="lg:sticky lg:top-26">
            <Panel title="Where">
              <div className="grid gap-4 p-3 sm:grid-cols-2 lg:p-4">
                <SelectField
                  field={fields.repositoryId}
                  label={sessionLabels.repositoryId}
                  hint="And its base branch."
                  options={repositories}
                  required
                />
                <TextField
                  field={fields.model}
                  label={sessionLabels.model}
                  hint="provider/model; empty: the configured one."
                  spellCheck={false}
                />
              </div>
            </Panel>
            <Panel title="Limits">
              <div className="grid gap-4 p-3 sm:grid-cols-2 lg:p-4">
                <SelectField
                  field={fields.maxDurationSeconds}
                  label={sessionLabels.maxDurationSeconds}
                  hint="Time paused does not count."
                  options={limits}
                />
                <TextField
                  field={fields.parallelism}
                  label={sessionLabels.parallelism}
                  hint="Tasks at once, 1 to 16."
                  type="number"
                  min={1}
                  max={16}
                />
                <TextField field={budget.tokens} label="Token cap" hint="Empty: none." type="number" min={1} />
                <TextField
                  field={budget.costUsd}
                  label="Cost cap"
                  hint="US dollars. Empty: none."
                  type="number"
                  min={0}
                  step="any"
                />
              </div>
            </Panel>
            <Panel title="Conduct">
              <div className="grid gap-4 p-3 sm:grid-cols-2 lg:p-4">
                <SelectField field={fields.priority} label={sessionLabels.priority} options={words(priorities)} />
                <SelectField field={fields.type} label={sessionLabels.type} options={words(sessionTypes)} />
                <SelectField field={fields.autonomy} label={sessionLabels.autonomy} options={autonomyWords} />
                <SelectField
                  field={fields.dependencyPolicy}
                  label={sessionLabels.dependencyPolicy}
                  options={policyWords}
                />
              </div>
            </Panel>
            <div className="flex flex-col gap-3 border-t-2 border-line-2 p-3 lg:p-4">
              <CheckField field={fields.start} label="Start at once" hint="Otherwise it waits, pending, for you." />
              <Bar
                label="Create session"
                consequence="Takes one of the team's active places"
                refusal={refused}
                pending={pending}
              />
            </div>
          </div>
        </div>
      </Form>
    </>
  );
}
