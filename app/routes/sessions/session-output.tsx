import { useMemo } from 'react';
import type { Actor } from '../../../server/domain/actor.ts';
import type { TimelineEvent } from '../../../server/domain/events.ts';
import type { Services } from '../../../server/services.ts';
import { actorOf } from '../../auth.server.ts';
import { Output } from '../../components/output.tsx';
import { joinEvents, outputOf, outputTypes } from '../../components/output-model.ts';
import { Empty } from '../../components/states.tsx';
import { TaskPicker } from '../../components/task-table-picker.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-output.ts';

export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => ({
  ...(await readOutput(context.get(servicesContext), actorOf(context), params.slug)),
  task: url.searchParams.get('task') || null,
}));

const page = 500;
const most = 2_000;

/** The newest output there is room for: read from the start in pages, the oldest dropped past the bound. */
async function readOutput(services: Services, actor: Actor, slug: string) {
  let items: TimelineEvent[] = [];
  let cut = false;
  for (let after = 0; ; ) {
    const got = await services.timeline.ofSession(actor, slug, { after, types: [...outputTypes], limit: page });
    items = items.concat(got.items);
    if (items.length > most) {
      items = items.slice(-most);
      cut = true;
    }
    if (got.items.length < page) return { items, cut };
    after = got.nextAfter;
  }
}

/** What agents said and what their tools answered. */
export default function SessionOutput({ loaderData }: Route.ComponentProps) {
  const { live, state, attempts } = useSessionRoom();
  const { items, cut, task } = loaderData;
  const outputs = useMemo(() => outputOf(joinEvents(items, state.events)), [items, state.events]);
  const shown = task === null ? outputs : outputs.filter((output) => output.taskId === task);
  return (
    <section aria-label="Output">
      <div className="flex border-b border-line-1 px-3 py-2 lg:px-4">
        <TaskPicker tasks={state.tasks} value={task} all="Every task" />
      </div>
      {cut && (
        <p className="px-3 py-2 text-data text-caution lg:px-4">
          Only the newest output is shown; the timeline has all of it.
        </p>
      )}
      {shown.length === 0 ? (
        <Empty title="No output yet">What agents say and what their tools answer appears here while it happens.</Empty>
      ) : (
        <Output
          outputs={shown}
          tasks={state.tasks}
          attempts={attempts}
          streams={live.streams}
          base={`/sessions/${state.session.slug}`}
        />
      )}
    </section>
  );
}
