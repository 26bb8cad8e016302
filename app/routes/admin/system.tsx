import type { SystemInstance } from '../../../server/application/system.ts';
import { lateAfter, silentSeconds } from '../../../server/domain/instance.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { bytes, count, dateTime, plural } from '../../format.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { instanceSigns, runtimeSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/system.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'System');

export const loader = guarded(async ({ context }: Route.LoaderArgs) =>
  context.get(servicesContext).system.overview(actorOf(context)),
);

/** Which processes do the work, how each fares, and what they share. */
export default function System({ loaderData }: Route.ComponentProps) {
  // Vitals send no event.
  useRepeated(5);
  const { instances, database, coordination, queues } = loaderData;
  const versions = new Set(instances.filter(({ presence }) => presence === 'alive').map(({ version }) => version));
  return (
    <>
      <PageHeader
        title="System"
        note="The instances that share this database. Each holds leases of the sessions it runs; what one leaves, another takes over."
      />
      <dl className="grid grid-cols-1 border-b border-line-1 sm:grid-cols-3">
        <Reading name="Database">
          {database.kind === 'postgres' ? 'PostgreSQL' : 'PGlite'} {database.version}, {bytes(database.bytes)}
        </Reading>
        <Reading name="Redis" tone={coordination.ok ? '' : 'text-broken'}>
          {coordination.detail}
        </Reading>
        <Reading name="Versions" tone={versions.size > 1 ? 'text-caution' : ''}>
          {[...versions].join(', ') || 'none'}
        </Reading>
      </dl>
      <Queues queues={queues} />
      <div className="grid gap-px bg-line-1">
        {instances.map((instance) => (
          <InstancePanel key={instance.id} instance={instance} />
        ))}
      </div>
    </>
  );
}

/** Struck through and wrong when it is later than its promise allows. */
function LastTick({ loop }: { loop: SystemInstance['loops'][number] }) {
  // Of another instance it comes as its row has it.
  return loop.lastTickAt === null ? <>never</> : <Age since={new Date(loop.lastTickAt)} promise={lateAfter(loop)} />;
}

function Queues({ queues }: { queues: Route.ComponentProps['loaderData']['queues'] }) {
  return (
    <Panel title="Jobs" aside={plural(queues.length, 'queue')}>
      {queues.length === 0 ? (
        <p className="px-3 py-3 text-ink-2 lg:px-4">The queue is not open yet; webhooks and upkeep wait for it.</p>
      ) : (
        <Table
          caption="Queues of outside work and upkeep"
          columns={[
            { words: 'Queue' },
            { words: 'Waiting' },
            { words: 'Later' },
            { words: 'At work' },
            { words: 'Kept', wide: true },
          ]}
        >
          {queues.map(({ name, waiting, later, active, kept }) => (
            <tr key={name} className="border-b border-line-1 font-data text-data">
              <Cell>{name}</Cell>
              <Cell>{count(waiting)}</Cell>
              <Cell>{count(later)}</Cell>
              <Cell>{count(active)}</Cell>
              <Cell wide>{count(kept)}</Cell>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}

function InstancePanel({ instance }: { instance: SystemInstance }) {
  const { host, pid, presence, loops, here } = instance;
  const gone = presence === 'gone' || presence === 'stopped';
  return (
    <Panel
      id={`instance-${instance.id}`}
      title={`${host}:${pid}${here ? ', this one' : ''}`}
      aside={<StatusBadge sign={instanceSigns[presence]} />}
    >
      <dl className="grid grid-cols-2 sm:grid-cols-4">
        <Reading name="Last seen">
          <Age since={instance.lastSeenAt} promise={silentSeconds} />
        </Reading>
        <Reading name="Started">{dateTime(instance.startedAt)}</Reading>
        <Reading name="Version">{instance.version}</Reading>
        <Reading name="Address">{instance.url}</Reading>
        <Reading name="Leases">{plural(instance.leases, 'session')}</Reading>
        <Reading name="At work on">
          {gone ? 'nothing' : `${plural(instance.sessions, 'session')}, ${plural(instance.attempts, 'attempt')}`}
        </Reading>
        <Reading name="OpenCode">
          {gone ? 'unknown' : <StatusBadge sign={runtimeSigns[instance.runtimeState]} />}
          {!gone && instance.runtimeDetail !== '' && <span className="block">{instance.runtimeDetail}</span>}
        </Reading>
        <Reading name="Owner">{instance.owner}</Reading>
      </dl>
      {!gone && loops.length > 0 && (
        <Table
          caption={`Loops of ${host}:${pid}`}
          columns={[
            { words: 'Loop' },
            { words: 'Every' },
            { words: 'Last tick' },
            { words: 'Ticks' },
            { words: 'Failures' },
          ]}
        >
          {loops.map((loop) => (
            <tr key={loop.name} className="border-b border-line-1">
              <Cell className="font-data text-data">{loop.name}</Cell>
              <Cell className="font-data text-data">{Math.round(loop.everySeconds * 10) / 10} s</Cell>
              <Cell className="font-data text-data">
                <LastTick loop={loop} />
              </Cell>
              <Cell className="font-data text-data">{count(loop.ticks)}</Cell>
              <Cell className={`font-data text-data ${loop.failures > 0 ? 'text-caution' : ''}`}>
                {count(loop.failures)}
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
