import { getFormProps, useForm } from '@conform-to/react';
import { useRef } from 'react';
import { data, Form, Link, redirect, useNavigation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { contextScopes } from '../../../server/domain/context.ts';
import { createContextInput } from '../../../server/domain/context-input.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { Bar, Button } from '../../components/ui/button.tsx';
import { ErrorSummary, SelectField, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { plural } from '../../format.ts';
import { useDraft } from '../../hooks/use-draft.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';
import { type CreateFormValues, createLabels, createValues } from './context-form.ts';
import { ContextTree } from './context-tree.tsx';
import { lineOf } from './context-words.ts';
import { ownersOf } from './owners.server.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Contexts');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const services = context.get(servicesContext);
  const actor = actorOf(context);
  const q = url.searchParams.get('q')?.trim() || undefined;
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const page = await services.contexts.list(actor, { q }, { cursor, limit: 100 });
  const [owners, agents] = await Promise.all([ownersOf(services, actor, page.items), services.agents.list(actor)]);
  return {
    lines: page.items.map((one) => lineOf(one, owners.get(one.id) ?? null)),
    total: page.total,
    nextCursor: page.nextCursor,
    agents: agents.map(({ id, name }) => ({ value: id, words: name })),
    q: q ?? '',
    session: url.searchParams.get('session') ?? '',
    removed: url.searchParams.has('removed'),
    refusal: refusal(actor, 'context.write'),
  };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), createContextInput, createValues);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const made = await context.get(servicesContext).contexts.create(actorOf(context), submission.value);
    return redirect(`/contexts/${made.id}?done=created`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

const mergeForm = 'merge-choice';

/** What the team and its agents know, by who sees it. */
export default function Contexts({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const { lines, total, nextCursor, q } = loaderData;
  return (
    <>
      <PageHeader
        title="Contexts"
        note="Shared, versioned knowledge that agents and people read and write. The relevant part stands in each agent’s prompt."
      />
      {loaderData.removed && <Notice>Removed.</Notice>}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <div className="min-w-0 bg-surface-0">
          <Form method="get" role="search" className="flex items-end gap-2 border-b border-line-1 px-3 py-3 lg:px-4">
            <label className="min-w-0 flex-1">
              <span className="engraved text-micro text-ink-3">Find in names, paths and values</span>
              <input type="search" name="q" key={q} defaultValue={q} maxLength={200} className="control" />
            </label>
            <Button type="submit">Find</Button>
          </Form>
          {lines.length === 0 ? (
            q === '' ? (
              <Empty title="Nothing is known yet.">
                Agents write here what the next one should know, and each finished task leaves its summary. Begin one
                with the form on this page to tell every agent of the team something.
              </Empty>
            ) : (
              <Empty title={`Nothing holds “${q}”.`} action={{ to: '/contexts', words: 'Show all contexts' }}>
                Search for fewer words.
              </Empty>
            )
          ) : (
            <>
              <ContextTree lines={lines} mergeForm={mergeForm} />
              <Form method="get" action="/contexts/merge" id={mergeForm} className="p-3 lg:p-4">
                <Bar
                  label="Merge the chosen"
                  weight="plain"
                  consequence="Two or more become a new context; they themselves stay as they are."
                  refusal={loaderData.refusal}
                />
              </Form>
            </>
          )}
          {nextCursor !== null && (
            <Link
              to={`?${new URLSearchParams({ ...(q === '' ? {} : { q }), cursor: nextCursor })}`}
              className="flex min-h-11 items-center px-4 underline"
            >
              Next 100 of {plural(total, 'context')}
            </Link>
          )}
        </div>
        <Panel title="Begin one">
          <Create
            agents={loaderData.agents}
            session={loaderData.session}
            refused={loaderData.refusal}
            lastResult={actionData ?? null}
          />
        </Panel>
      </div>
    </>
  );
}

interface CreateProps {
  agents: readonly { value: string; words: string }[];
  session: string;
  refused: string | null;
  lastResult: Parameters<typeof useForm<CreateFormValues>>[0]['lastResult'];
}

function Create({ agents, session, refused, lastResult }: CreateProps) {
  const [form, fields] = useForm<CreateFormValues>({
    id: 'context',
    lastResult,
    shouldValidate: 'onSubmit',
    defaultValue: { scope: session === '' ? 'global' : 'session', sessionId: session },
  });
  const element = useRef<HTMLFormElement>(null);
  useDraft(element, 'new-context', (path) => path.startsWith('/contexts/'));
  const pending = useNavigation().formAction === '/contexts' ? 'Creating' : null;
  return (
    <Form method="post" {...getFormProps(form)} ref={element} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={createLabels} />
      <TextField field={fields.name} label={createLabels.name} hint="What it is about." maxLength={100} />
      <SelectField
        field={fields.scope}
        label={createLabels.scope}
        hint="Who sees it, and for how long."
        options={contextScopes.toReversed().map((value) => ({ value, words: value }))}
        required
      />
      <TextField
        field={fields.sessionId}
        label={createLabels.sessionId}
        hint="Its slug, such as IND-7. For the scope session only."
        spellCheck={false}
      />
      <SelectField
        field={fields.agentId}
        label={createLabels.agentId}
        hint="For the scope agent only."
        options={agents}
        placeholder="none"
      />
      <TextAreaField
        field={fields.data}
        label={createLabels.data}
        hint='A JSON object, such as {"api": {"port": 8080}}. Empty: nothing yet.'
        rows={5}
        spellCheck={false}
      />
      <Bar
        label="Create"
        consequence="Agents it concerns see it from their next task"
        refusal={refused}
        pending={pending}
      />
    </Form>
  );
}
