import type { ExternalAgent } from '../../server/domain/external-agent.ts';
import { dateTime, percent } from '../format.ts';
import { Reading } from './page.tsx';
import { ActionLink } from './states.tsx';

/** How an agent outside is reached and what it last said of itself. */
export function ExternalFacts({
  name,
  external,
  refusal,
}: {
  name: string;
  external: ExternalAgent;
  refusal: string | null;
}) {
  return (
    <>
      <dl className="divide-y divide-line-1">
        <Reading name="Tasks reach it by">
          {external.endpointUrl === null ? 'its own claims (pull)' : `${external.endpointUrl}/task (signed push)`}
        </Reading>
        <Reading name="It says it is">{external.status ?? 'nothing yet'}</Reading>
        <Reading name="Load it reports">
          {external.currentLoad === null ? 'none yet' : percent(external.currentLoad)}
        </Reading>
        <Reading name="Tasks it reports">{external.tasksInProgress ?? 'none yet'}</Reading>
        <Reading name="Version">
          {external.softwareVersion} (protocol {external.protocolVersion})
        </Reading>
        <Reading name="Enrolled">{dateTime(external.registeredAt)}</Reading>
      </dl>
      {refusal === null && (
        <div className="p-3 lg:p-4">
          <ActionLink to={`/agents/enrol?agent=${encodeURIComponent(name)}`}>Enrol it anew</ActionLink>
        </div>
      )}
    </>
  );
}

/** On an agent's card: that it runs elsewhere, and where. */
export function OutsideMark({ external }: { external: ExternalAgent | null }) {
  if (external === null) return null;
  return (
    <p className="break-all border-l-4 border-line-3 pl-2 font-data text-micro text-ink-2">
      external, {external.endpointUrl === null ? 'pulls its tasks' : external.endpointUrl}
      {external.status !== null && `, says ${external.status}`}
    </p>
  );
}
