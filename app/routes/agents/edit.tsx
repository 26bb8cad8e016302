import { data, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { updateAgentInput } from '../../../server/domain/agent-input.ts';
import { changedAgentValues, formOfAgent } from '../../agent-form.ts';
import { actorOf } from '../../auth.server.ts';
import { AgentFields } from '../../components/agent-fields.tsx';
import { PageHeader } from '../../components/page.tsx';
import { ActionLink } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { runtimeChoices } from '../../runtime-choices.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/edit.ts';

export const meta: Route.MetaFunction = ({ matches, params }) => roomTitle(matches, `Edit ${params.name}`);

export const loader = guarded(async ({ params, context }: Route.LoaderArgs) => {
  const actor = actorOf(context);
  const agent = await context.get(servicesContext).agents.get(actor, params.name);
  return {
    agent,
    runtimes: await runtimeChoices(context.get(servicesContext), actor, agent.runtimeId),
    refusal: refusal(actor, 'agent.manage'),
  };
});

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const { agents } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const version = Number(form.get('version'));
  const submission = parseForm(form, updateAgentInput, changedAgentValues);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const { id } = await agents.get(actor, params.name);
    const agent = await agents.update(actor, id, submission.value, { version });
    return redirect(`/agents/${agent.name}?done=saved`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

export default function EditAgent({ loaderData, actionData }: Route.ComponentProps) {
  const { agent, runtimes, refusal: refused } = loaderData;
  return (
    <>
      <PageHeader
        title={`Edit ${agent.name}`}
        given
        note="What it is at finishes as it began; the next task sees the change."
      >
        <ActionLink to={`/agents/${agent.name}`}>Back to {agent.name}</ActionLink>
      </PageHeader>
      <AgentFields
        lastResult={actionData ?? null}
        defaultValue={formOfAgent(agent)}
        refusal={refused}
        runtimes={runtimes}
        version={agent.version}
        fixedType={agent.type}
        draft={`agent-${agent.id}-${agent.version}`}
        save={{ label: 'Save', consequence: 'Counts from the next task it gets', pending: 'Saving' }}
      />
    </>
  );
}
