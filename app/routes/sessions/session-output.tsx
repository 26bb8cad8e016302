import { useMemo } from 'react';
import type { Actor } from '../../../server/domain/actor.ts';
import type { TimelineEvent } from '../../../server/domain/events.ts';
import { outputWords } from '../../../server/domain/output-search.ts';
import type { Services } from '../../../server/services.ts';
import { actorOf } from '../../auth.server.ts';
import { Output } from '../../components/output.tsx';
import { joinEvents, outputOf, outputTypes } from '../../components/output-model.ts';
import { FoundLines, OutputSearch } from '../../components/output-search.tsx';
import { Empty } from '../../components/states.tsx';
import { TaskPicker } from '../../components/task-table-picker.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-output.ts';

export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const services = context.get(servicesContext);
  const actor = actorOf(context);
  const words = url.searchParams.get('words') || null;
  const said = words === null ? null : outputWords.safeParse(words);
  return {
    ...(await readOutput(services, actor, params.slug)),
    task: url.searchParams.get('task') || null,
    words,
    refused: said?.error?.issues[0]?.message ?? null,
    found: said?.success ? await services.timeline.search(actor, params.slug, { words: said.data }) : null,
  };
});

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
  const { items, cut, task, words, refused, found } = loaderData;
  const outputs = useMemo(() => outputOf(joinEvents(items, state.events)), [items, state.events]);
  const shown = task === null ? outputs : outputs.filter((output) => output.taskId === task);
  return (
    <section aria-label="Output">
      <div className="flex flex-wrap items-end gap-2 border-b border-line-1 px-3 py-2 lg:px-4">
        <TaskPicker tasks={state.tasks} value={task} all="Every task" />
        <OutputSearch words={words} refused={refused} task={task} />
      </div>
      {found !== null && words !== null && (
        <FoundLines {...found} words={words} task={task} tasks={state.tasks} base={`/sessions/${state.session.slug}`} />
      )}
      {cut && (
        <p className="px-3 py-2 text-data text-caution lg:px-4">
          Only the newest output stands below; the search above and the timeline have all of it.
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
