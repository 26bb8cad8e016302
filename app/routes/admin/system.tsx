import type { SystemInstance } from '../../../server/application/system.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { bytes, count, dateTime, plural } from '../../format.ts';
import { instanceSigns, runtimeSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/system.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'System');

export const loader = guarded(async ({ context }: Route.LoaderArgs) =>
  context.get(servicesContext).system.overview(actorOf(context)),
);

/** Which processes do the work, how each fares, and what they share. */
export default function System({ loaderData }: Route.ComponentProps) {
  const { instances, database, coordination } = loaderData;
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
      <div className="grid gap-px bg-line-1">
        {instances.map((instance) => (
          <InstancePanel key={instance.id} instance={instance} />
        ))}
      </div>
    </>
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
          <Age since={instance.lastSeenAt} />
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
          columns={[{ words: 'Loop' }, { words: 'Every' }, { words: 'Ticks' }, { words: 'Failures' }]}
        >
          {loops.map((loop) => (
            <tr key={loop.name} className="border-b border-line-1">
              <Cell className="font-data text-data">{loop.name}</Cell>
              <Cell className="font-data text-data">{Math.round(loop.everySeconds * 10) / 10} s</Cell>
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
