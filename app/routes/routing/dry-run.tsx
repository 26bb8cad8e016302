import { getFormProps, useForm } from '@conform-to/react';
import { Form, useNavigation } from 'react-router';
import { z } from 'zod';
import { agentTypes, capabilities } from '../../../server/domain/agent.ts';
import { sessionTypes } from '../../../server/domain/session.ts';
import { complexities } from '../../../server/domain/task.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { RoutingDecision } from '../../components/routing-decision.tsx';
import { RoutingTabs } from '../../components/routing-tabs.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, FieldErrors, type FormField, SelectField, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { type DryRunForm, dryRunLabels, dryRunValues } from '../../routing-form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/dry-run.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Routing');

const anything = z.record(z.string(), z.unknown());

/** The question stands in the address, so an answer can be sent to somebody, and asked again. */
export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { agents, routing } = context.get(servicesContext);
  const actor = actorOf(context);
  const fleet = (await agents.list(actor)).map(({ name }) => ({ value: name, words: name }));
  if (!url.searchParams.has('complexity')) return { fleet, reply: null, route: null };
  const submission = parseForm(formOf(url.searchParams), anything, dryRunValues);
  if (submission.status !== 'success') return { fleet, reply: submission.reply(), route: null };
  try {
    return { fleet, reply: submission.reply(), route: await routing.dryRun(actor, submission.value) };
  } catch (error) {
    return { fleet, reply: replyWith(submission, error).data, route: null };
  }
});

function formOf(params: URLSearchParams): FormData {
  const form = new FormData();
  for (const [name, value] of params) form.append(name, value);
  return form;
}

const words = (values: readonly string[]) => values.map((value) => ({ value, words: value.replaceAll('_', ' ') }));

export default function DryRun({ loaderData }: Route.ComponentProps) {
  const { fleet, reply, route } = loaderData;
  const [form, fields] = useForm<DryRunForm>({
    id: 'dry-run',
    lastResult: reply,
    defaultValue: { requiredCapabilities: ['code_generation'], sessionType: 'execution', complexity: 'moderate' },
  });
  const { state, location } = useNavigation();
  const pending = state === 'loading' && location.pathname === '/routing' ? 'Judging' : null;
  return (
    <>
      <PageHeader title="Routing" note="Who would get a task at this moment, and why. Nothing is assigned by asking." />
      <RoutingTabs on="dry-run" />
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(18rem,3fr)_minmax(0,9fr)] lg:content-stretch">
        <Panel title="The task">
          <Form method="get" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
            <ErrorSummary form={form} labels={dryRunLabels} />
            <CapabilityChoice field={fields.requiredCapabilities} />
            <TextField field={fields.technologies} label={dryRunLabels.technologies} hint="With commas between them." />
            <div className="grid gap-4 sm:grid-cols-2">
              <SelectField field={fields.complexity} label={dryRunLabels.complexity} options={words(complexities)} />
              <SelectField field={fields.sessionType} label={dryRunLabels.sessionType} options={words(sessionTypes)} />
              <SelectField
                field={fields.preferredAgent}
                label={dryRunLabels.preferredAgent}
                placeholder="nobody"
                options={fleet}
              />
              <SelectField
                field={fields.preferredAgentType}
                label={dryRunLabels.preferredAgentType}
                placeholder="none"
                options={words(agentTypes)}
              />
            </div>
            <Bar label="Who would get it" consequence="As the dispatcher would decide now" pending={pending} stacked />
          </Form>
        </Panel>
        <Panel
          title="The decision"
          // A phone shows the answer above the question that was asked.
          className={route === null ? '' : 'max-lg:order-first'}
          aside={
            route === null
              ? undefined
              : `${route.candidates.filter((one) => one.score !== null).length} of ${route.candidates.length} fit`
          }
        >
          {route === null ? (
            <p className="max-w-prose px-3 py-4 text-ink-2 lg:px-4">
              Say what the task needs and ask. Every agent of the team is judged: those that fit are ranked with each
              part of their score, the others say what took them out.
            </p>
          ) : (
            <RoutingDecision sentence={route.sentence} selected={route.selected} candidates={route.candidates} />
          )}
        </Panel>
      </div>
    </>
  );
}

function CapabilityChoice({ field }: { field: FormField }) {
  const chosen: readonly unknown[] = [field.initialValue ?? []].flat();
  return (
    <fieldset id={field.id}>
      <legend className="font-semibold">{dryRunLabels.requiredCapabilities}</legend>
      <p className="text-data text-ink-2">An agent must hold all of them.</p>
      <div className="mt-1 grid max-h-80 gap-px overflow-y-auto border border-line-3 bg-line-1 sm:grid-cols-2 lg:max-h-72 lg:grid-cols-1 2xl:grid-cols-2">
        {capabilities.map((capability) => (
          <label
            key={capability}
            className="flex min-h-11 cursor-pointer items-center gap-3 bg-surface-0 px-3 font-data text-micro has-checked:bg-surface-3 has-checked:font-bold"
          >
            <input
              type="checkbox"
              name={field.name}
              value={capability}
              defaultChecked={chosen.includes(capability)}
              className="size-5 shrink-0"
            />
            {capability.replaceAll('_', ' ')}
          </label>
        ))}
      </div>
      <FieldErrors field={field} />
    </fieldset>
  );
}
