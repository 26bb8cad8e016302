import { data, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { createAgentInput } from '../../../server/domain/agent-input.ts';
import { agentValues } from '../../agent-form.ts';
import { actorOf } from '../../auth.server.ts';
import { AgentFields } from '../../components/agent-fields.tsx';
import { PageHeader } from '../../components/page.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { runtimeChoices } from '../../runtime-choices.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/new.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Register an agent');

export const loader = guarded(async ({ context }: Route.LoaderArgs) => ({
  runtimes: await runtimeChoices(context.get(servicesContext), actorOf(context)),
  refusal: refusal(actorOf(context), 'agent.manage'),
}));

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), createAgentInput, agentValues);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const agent = await context.get(servicesContext).agents.create(actorOf(context), submission.value);
    return redirect(`/agents/${agent.name}?done=registered`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

const defaults = {
  type: 'implementer',
  temperature: '0.3',
  preferredComplexity: 'moderate',
  minimumQuality: '0.7',
  maxConcurrentTasks: '5',
};

export default function NewAgent({ loaderData, actionData }: Route.ComponentProps) {
  return (
    <>
      <PageHeader
        title="Register an agent"
        note="A worker: what it can do, how it is told to do it, what it may do unasked."
      />
      <AgentFields
        lastResult={actionData ?? null}
        defaultValue={defaults}
        refusal={loaderData.refusal}
        runtimes={loaderData.runtimes}
        draft="new-agent"
        save={{ label: 'Register', consequence: 'It can get work at once', pending: 'Registering' }}
      />
    </>
  );
}
