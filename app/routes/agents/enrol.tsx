import { data, Form, useNavigation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { enrolmentCodeInput } from '../../../server/domain/external-agent.ts';
import { actorOf } from '../../auth.server.ts';
import { EnrolmentCode } from '../../components/enrolment-code.tsx';
import { PageHeader, Panel } from '../../components/page.tsx';
import { ActionLink } from '../../components/states.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/enrol.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Enrol an external agent');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => ({
  refusal: refusal(actorOf(context), 'agent.manage'),
  agent: url.searchParams.get('agent'),
}));

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const form = await request.formData();
  const agent = String(form.get('agent') ?? '');
  try {
    const input = enrolmentCodeInput.parse(agent === '' ? {} : { agent });
    const { code, expiresAt } = await context.get(servicesContext).external.createCode(actorOf(context), input);
    return { made: { code, expiresAt, server: new URL(request.url).origin, name: agent }, error: null };
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'INVALID') throw error;
    return data({ made: null, error: known.message }, { status: 422 });
  }
});

export default function EnrolAgent({ loaderData, actionData }: Route.ComponentProps) {
  const { refusal: refused, agent } = loaderData;
  const pending = useNavigation().state === 'submitting';
  return (
    <>
      <PageHeader
        title="Enrol an external agent"
        note="A program of yours, on a machine of yours, that takes tasks and sends back what it changed. It enrols itself with a code that works once."
      >
        <ActionLink to="/agents">Back to the fleet</ActionLink>
      </PageHeader>
      {actionData?.made && <EnrolmentCode made={actionData.made} />}
      <Panel title={agent === null ? 'A code for a new agent' : `A code that enrols ${agent} anew`} className="flex-1">
        <Form method="post" className="flex max-w-xl flex-col gap-3 p-3 lg:p-4">
          {agent !== null && <input type="hidden" name="agent" value={agent} />}
          {actionData?.error != null && (
            <p role="alert" className="border-l-4 border-broken-rule px-3 py-2 text-broken">
              {actionData.error}
            </p>
          )}
          <p className="max-w-prose text-ink-2">
            {agent === null
              ? 'The agent chooses its own name (AGENT- and capitals, digits or hyphens), type and capabilities. It works with the rights of the machine it runs on; what it sends back is checked, verified and merged like any other work.'
              : 'It keeps its name, type and record. Its present token and signing secret are good no more once the code is used.'}
          </p>
          <Bar
            type="submit"
            label="Make a code"
            consequence="Good for one hour, for one agent, and shown once"
            pending={pending ? 'Making' : null}
            refusal={refused}
          />
        </Form>
      </Panel>
    </>
  );
}
