import { refusal, roles, scopes } from '../../../server/domain/actor.ts';
import { mayGiveRole } from '../../../server/domain/token.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { TokenForm } from '../../components/token-form.tsx';
import { TokenList } from '../../components/token-list.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { roomTitle } from '../../title.ts';
import { tokenAction } from '../../token-action.server.ts';
import type { Route } from './+types/tokens.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Tokens');

export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  const { tokens } = context.get(servicesContext);
  const actor = actorOf(context);
  return {
    me: actor.id,
    now: new Date(),
    tokens: await tokens.list(actor),
    refusal: refusal(actor, 'token.manage', { teamId: actor.teamId }),
    roles: roles.filter((role) => mayGiveRole(actor.role, role)),
  };
});

export const action = guarded(async (args: Route.ActionArgs) =>
  tokenAction(args, await args.request.formData(), '/admin/tokens'),
);

/** Every token of the team, and those of services, which belong to nobody. */
export default function Tokens({ loaderData, actionData }: Route.ComponentProps) {
  const { me, now, tokens, refusal: refused } = loaderData;
  const services = tokens.filter(({ userId }) => userId === null);
  const personal = tokens.filter(({ userId }) => userId !== null);
  return (
    <>
      <PageHeader
        title="Tokens"
        note="What programs come with. A person’s token ends with the person’s place in the team; a service’s stays until it is revoked."
      />
      {actionData?.error != null && (
        <p role="alert" className="border-l-4 border-broken-rule px-4 py-3 text-broken">
          {actionData.error}
        </p>
      )}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,6fr)_minmax(0,6fr)] lg:content-stretch">
        <div className="flex flex-col gap-px bg-line-1">
          <Panel title="Services" aside={plural(services.length, 'token')}>
            <TokenList
              tokens={services}
              me={me}
              now={now}
              empty="No service has a token. Make one with the form on this page."
            />
          </Panel>
          <Panel title="People" aside={plural(personal.length, 'token')} className="flex-1">
            <TokenList tokens={personal} me={me} now={now} empty="Nobody has a token. People make theirs at Account." />
          </Panel>
        </div>
        <Panel title="Make a service token">
          <TokenForm
            scopes={scopes}
            roles={loaderData.roles}
            lastResult={actionData?.reply ?? null}
            made={actionData?.made ?? null}
            refusal={refused}
          />
        </Panel>
      </div>
    </>
  );
}
