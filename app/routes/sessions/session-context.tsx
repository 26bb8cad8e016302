import { Link } from 'react-router';
import { leavesOf } from '../../../server/domain/context-leaves.ts';
import { actorOf } from '../../auth.server.ts';
import { Age, Countdown } from '../../components/age.tsx';
import { Panel } from '../../components/page.tsx';
import { ActionLink, Empty } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import { nameOf, valueText } from '../contexts/context-words.ts';
import type { Route } from './+types/session-context.ts';

const shown = 100;
/** More of the history is read on the context's own page. */
const newest = 5;

export const loader = guarded(async ({ context, params }: Route.LoaderArgs) => {
  const services = context.get(servicesContext);
  const actor = actorOf(context);
  const contexts = await services.contexts.ofSession(actor, params.slug);
  return {
    contexts: await Promise.all(
      contexts.map(async ({ data, metadata: _, ...context }) => {
        const leaves = [...leavesOf(data)];
        const changes = await services.contexts.history(actor, context.id, { limit: newest });
        return {
          ...{ ...context, total: leaves.length, leaves: leaves.slice(0, shown) },
          changes: changes.map(({ id, version, at, actor: by, path }) => ({ id, version, at, by: by.name, path })),
        };
      }),
    ),
  };
});

/** What the agents of the session see; the relevant part of it stands in each prompt. */
export default function SessionContext({ loaderData }: Route.ComponentProps) {
  const { state } = useSessionRoom();
  const { contexts } = loaderData;
  const begin = `/contexts?session=${state.session.slug}`;
  if (contexts.length === 0) {
    return (
      <Empty title="Its agents know nothing beyond their prompts." action={{ to: begin, words: 'Tell them something' }}>
        Agents write here what the next one should know, and each finished task leaves its summary.
      </Empty>
    );
  }
  return (
    <>
      {contexts.map((context) => (
        <Panel
          key={context.id}
          title={nameOf(context)}
          id={`context-${context.id}`}
          aside={`${context.scope}, version ${context.version}, ${plural(context.total, 'value')}`}
        >
          <dl className="font-data text-data">
            {context.leaves.map(([path, value]) => (
              <div
                key={path}
                className="grid gap-x-4 border-b border-line-1 px-3 py-2 sm:grid-cols-[minmax(0,3fr)_minmax(0,4fr)] lg:px-4"
              >
                <dt className="font-bold wrap-anywhere">{path}</dt>
                <dd className="line-clamp-6 whitespace-pre-wrap break-all text-ink-2">{valueText(value)}</dd>
              </div>
            ))}
          </dl>
          {context.changes.length > 0 && (
            <ul
              aria-label={`Newest changes of ${nameOf(context)}`}
              className="border-b border-line-1 px-3 py-2 font-data text-micro lg:px-4"
            >
              {context.changes.map((change) => (
                <li key={change.id} className="leading-6">
                  version {change.version}: <b>{change.by}</b> wrote <span className="break-all">“{change.path}”</span>,{' '}
                  <Age since={change.at} /> ago
                </li>
              ))}
            </ul>
          )}
          <p className="flex flex-wrap items-center gap-x-6 px-3 text-data lg:px-4">
            <Link to={`/contexts/${context.id}`} className="inline-flex min-h-11 items-center underline">
              {context.total > shown ? `All ${context.total} values, history, change` : 'History, change, share'}
            </Link>
            <span className="text-ink-2">
              changed <Age since={context.updatedAt} /> ago
              {context.expiresAt !== null && (
                <>
                  , expires in <Countdown to={context.expiresAt} past="a moment" />
                </>
              )}
            </span>
          </p>
        </Panel>
      ))}
      <div className="p-3 lg:p-4">
        <ActionLink to={begin}>Tell them something</ActionLink>
      </div>
    </>
  );
}
