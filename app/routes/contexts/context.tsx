import { data, redirect, useLocation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { leavesOf } from '../../../server/domain/context-leaves.ts';
import { actorOf } from '../../auth.server.ts';
import { Age, Countdown } from '../../components/age.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Notice } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { dateTime } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/context.ts';
import { contextAction } from './context-action.server.ts';
import { ContextDiffView } from './context-diff.tsx';
import { ContextHistory } from './context-history.tsx';
import { ContextLeaves } from './context-leaves.tsx';
import { ContextOrders } from './context-orders.tsx';
import { nameOf, scopeWords } from './context-words.ts';
import { ContextWrite } from './context-write.tsx';
import { ownersOf } from './owners.server.ts';

export const meta: Route.MetaFunction = ({ matches, loaderData }) =>
  roomTitle(matches, loaderData === undefined ? 'Context' : nameOf(loaderData.context));

export const loader = guarded(async ({ params, url, context: request }: Route.LoaderArgs) => {
  const services = request.get(servicesContext);
  const actor = actorOf(request);
  const context = await services.contexts.get(actor, params.id);
  const number = (name: string) => {
    const value = Number(url.searchParams.get(name) ?? Number.NaN);
    return Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const [from, to, before] = [number('from'), number('to'), number('before')];
  const [owners, changes, diff] = await Promise.all([
    ownersOf(services, actor, [context]),
    services.contexts.history(actor, context.id, { limit: historyPage, before }),
    from === undefined ? null : services.contexts.diff(actor, context.id, { from, to }),
  ]);
  return {
    context,
    owner: owners.get(context.id) ?? null,
    changes,
    paged: before !== undefined,
    diff,
    key: url.searchParams.get('key'),
    find: url.searchParams.get('find')?.trim() ?? '',
    done: url.searchParams.get('done'),
    refusals: {
      write: refusal(
        actor,
        context.scope === 'global' || context.scope === 'agent' ? 'context.promote' : 'context.write',
      ),
      promote: refusal(actor, 'context.promote'),
    },
  };
});

const historyPage = 100;

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const answer = await contextAction(await request.formData(), params.id, context);
  return 'to' in answer ? redirect(answer.to) : data(answer, { status: answer.status });
});

const outcomes: Record<string, string> = {
  created: 'Created.',
  written: 'Written; a new version stands.',
  unset: 'Taken out; a new version stands.',
  shared: 'Shared: this is the copy. It goes its own way from here.',
  promoted: 'Promoted: every session of the team sees it now.',
  merged: 'Merged into this new context; the merged ones stay as they were.',
};

/** One context: its values with who wrote them when, and what can be done with it. */
export default function ContextPage({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const location = useLocation();
  const { context, owner, changes, diff, key, done, refusals } = loaderData;
  const leaves = [...leavesOf(context.data)].map(([path, value]) => ({
    path,
    value,
    change: changes.find((change) => change.path === path && 'after' in change) ?? null,
  }));
  return (
    <>
      <PageHeader title={nameOf(context)} given note={scopeWords[context.scope].meaning} />
      {done !== null && outcomes[done] !== undefined && actionData === undefined && <Notice>{outcomes[done]}</Notice>}
      <dl className="grid grid-cols-2 border-b border-line-2 sm:grid-cols-5 [&>div]:border-r [&>div]:border-line-1">
        <Reading name="Scope">{owner === null ? context.scope : `${context.scope}: ${owner}`}</Reading>
        <Reading name="Version">{context.version}</Reading>
        <Reading name="Created">{dateTime(context.createdAt)}</Reading>
        <Reading name="Changed">
          <Age since={context.updatedAt} /> ago
        </Reading>
        <Reading name="Expires">
          {context.expiresAt === null ? (
            context.scope === 'session' ? (
              'a day after its session ends'
            ) : (
              'never'
            )
          ) : (
            <Countdown to={context.expiresAt} past="now" />
          )}
        </Reading>
      </dl>
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,8fr)_minmax(0,5fr)] lg:content-stretch">
        <div className="min-w-0 bg-surface-0">
          <ContextLeaves leaves={leaves} find={loaderData.find} open={key} />
          <ContextDiffView diff={diff} version={context.version} />
          <ContextHistory changes={changes} paged={loaderData.paged} full={changes.length === historyPage} />
        </div>
        <div className="min-w-0 bg-surface-0">
          <ContextWrite
            // A refresh keeps what is being written; going somewhere, also by a write, begins anew.
            key={location.key}
            context={context}
            path={key}
            refused={refusals.write}
            answer={actionData?.kind === 'write' ? actionData : null}
          />
          <ContextOrders
            context={context}
            refusals={refusals}
            problem={actionData?.kind === 'order' ? actionData : null}
          />
          {Object.keys(context.metadata).length > 0 && (
            <Panel title="Where it comes from">
              <pre className="overflow-x-auto whitespace-pre-wrap break-words p-3 text-micro lg:p-4">
                {JSON.stringify(context.metadata, null, 2)}
              </pre>
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}
