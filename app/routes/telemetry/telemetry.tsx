import { actorOf } from '../../auth.server.ts';
import { PageHeader } from '../../components/page.tsx';
import { Telemetry } from '../../components/telemetry.tsx';
import { TelemetryFilter } from '../../components/telemetry-filter.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { eventFilterFrom, searchOf } from '../../telemetry-filter.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/telemetry.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Telemetry');

const begun = 300;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const filter = eventFilterFrom(url.searchParams);
  const { events, names } = await context.get(servicesContext).telemetry.recent(actorOf(context), filter, begun);
  return { filter, events: events.map(({ teamId: _, ...event }) => event), names };
});

/** Everything that happens in the team, while it happens. */
export default function TelemetryRoom({ loaderData }: Route.ComponentProps) {
  const { filter } = loaderData;
  return (
    <>
      <PageHeader title="Telemetry" note="Every event of the team, as it becomes durable.">
        <a
          href={`/telemetry/export${searchOf(filter)}`}
          className="engraved inline-flex min-h-11 flex-col justify-center border-2 border-line-3 px-4 text-data hover:bg-surface-2"
        >
          Export as JSON Lines
          <span className="font-words text-micro font-normal normal-case tracking-normal text-ink-2">
            as filtered, the newest first, at most 10,000 of the last 20,000
          </span>
        </a>
      </PageHeader>
      <TelemetryFilter filter={filter} />
      <Telemetry loaded={loaderData} filter={filter} />
    </>
  );
}
