import type { LocksView } from '../../../server/application/locks.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { WaitGraph } from '../../components/wait-graph.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { duration, plural } from '../../format.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/locks.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Locks');

export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  try {
    return { view: await context.get(servicesContext).locks.view(actorOf(context)), away: null, at: new Date() };
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'UNAVAILABLE') throw error;
    return { view: null, away: known.message, at: new Date() };
  }
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const form = await request.formData();
  const resource = String(form.get('resource') ?? '');
  const typed = String(form.get('confirmation') ?? '');
  const { locks } = context.get(servicesContext);
  const actor = actorOf(context);
  try {
    const { names } = await locks.view(actor);
    if (typed !== names[resource]) return { done: null, mistake: 'The name that was typed is another one.' };
    const holder = await locks.forceRelease(actor, { resource, reason: reasonOf(names[resource] ?? resource) });
    return { done: `${resource} was taken from ${holder.owner}.`, mistake: null };
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || !['NOT_FOUND', 'INVALID', 'UNAVAILABLE'].includes(known.code)) throw error;
    return { done: null, mistake: known.message };
  }
});

/** Written to the audit, and shown before. */
const reasonOf = (name: string) => `Released by force on the page of locks: ${name}`;

/** Who holds what, who waits, and who waits for whom. */
export default function Locks({ loaderData, actionData }: Route.ComponentProps) {
  const { view, away } = loaderData;
  // A lock sends no event; it is looked at again while somebody looks at it.
  useRepeated(2);
  return (
    <>
      <PageHeader
        title="Locks"
        note="Who writes to a repository, one after the other, over every instance. A lock only orders: a write under an old number is refused by the database."
      />
      <p className="border-b border-line-1 px-3 py-1 font-data text-micro text-ink-2 lg:px-4">
        read <Age since={loaderData.at} promise={15} /> ago, again every 2 s
      </p>
      {actionData?.done != null && <Notice>{actionData.done}</Notice>}
      {actionData?.mistake != null && (
        <p role="alert" className="border-l-4 border-broken-rule px-4 py-3 text-broken">
          {actionData.mistake}
        </p>
      )}
      {view === null ? (
        <Empty title="The locks cannot be read now." action={{ to: '/admin/locks', words: 'Look again' }}>
          {away} What waits for one goes on waiting; nothing is written without one.
        </Empty>
      ) : (
        <Queues view={view} />
      )}
    </>
  );
}

function Queues({ view }: { view: LocksView }) {
  const { queues, edges, names, kind, others } = view;
  return (
    <>
      <dl className="grid grid-cols-2 border-b border-line-1 sm:grid-cols-4">
        <Reading name="Kept by">{kind === 'redis' ? 'Redis' : 'this process'}</Reading>
        <Reading name="Held">{plural(queues.filter(({ holder }) => holder !== null).length, 'lock')}</Reading>
        <Reading name="Waiting">
          {plural(
            queues.reduce((sum, { waiters }) => sum + waiters.length, 0),
            'request',
          )}
        </Reading>
        <Reading name="Of other teams">{plural(others, 'queue')}</Reading>
      </dl>
      {queues.length === 0 && (
        <Empty title="Nothing is locked." action={{ to: '/admin/locks', words: 'Look again' }}>
          A lock shows here while something lands in a repository, and while somebody waits for that.
        </Empty>
      )}
      {queues.map((queue) => (
        <Queue key={queue.resource} queue={queue} name={names[queue.resource] ?? queue.resource} />
      ))}
      {edges.length > 0 && (
        <Panel title="Who waits for whom" aside={plural(edges.length, 'wait')}>
          <WaitGraph edges={edges} names={names} />
          <ul className="flex flex-col gap-2 px-3 py-3 lg:px-4">
            {edges.map(({ from, to, resource, held, waiter }) => (
              <li key={`${waiter} ${resource}`} className="border-l-4 border-line-2 pl-3">
                <span className="break-words font-data text-data">{from}</span> waits {held ? 'for' : 'behind'}{' '}
                <span className="break-words font-data text-data">{to}</span>, {held ? 'who holds' : 'ahead at'}{' '}
                {names[resource] ?? resource}
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function Queue({ queue, name }: { queue: LocksView['queues'][number]; name: string }) {
  const { resource, holder, waiters } = queue;
  const rows = [
    ...(holder === null
      ? []
      : [{ ...holder, place: 'holds it', ageMs: holder.heldMs, number: String(holder.fencing ?? 'being taken') }]),
    ...waiters.map((waiter, index) => ({
      ...waiter,
      place: `waits, ${index + 1}.`,
      ageMs: waiter.waitedMs,
      number: '',
    })),
  ];
  return (
    <Panel id={`lock-${resource.replaceAll(/[^a-z0-9]+/gi, '-')}`} title={name} aside={resource}>
      <Table
        caption={`Queue at ${name}`}
        columns={[
          { words: 'Owner' },
          { words: 'Place' },
          { words: 'Age' },
          { words: 'Priority', wide: true },
          { words: 'Number', wide: true },
        ]}
      >
        {rows.map(({ id, owner, place, ageMs, priority, number }) => (
          <tr key={id} className="border-b border-line-1">
            <Cell className="break-words font-data text-data">{owner}</Cell>
            <Cell className="text-data">{place}</Cell>
            <Cell className="font-data text-data">{duration(ageMs / 1000)}</Cell>
            <Cell wide className="font-data text-data">
              {priority}
            </Cell>
            <Cell wide className="font-data text-data">
              {number}
            </Cell>
          </tr>
        ))}
      </Table>
      {holder !== null && (
        <div className="p-3 lg:p-4">
          <Confirm
            trigger="Release by force"
            consequence={`${holder.owner} loses it, and the next one has it`}
            title={`Take ${name} away from ${holder.owner}?`}
            confirm="Release by force"
            fields={{ resource }}
            typed={name}
          >
            <p>
              It is told at once, and whatever it still writes under number {holder.fencing ?? 'being taken'} is
              refused. What it was doing is tried again.
            </p>
            <p className="mt-2">
              The audit will say: <q className="font-data text-data">lock.force_released</q>, {resource}, “
              {reasonOf(name)}”.
            </p>
          </Confirm>
        </div>
      )}
    </Panel>
  );
}
