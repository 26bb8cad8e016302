import type { Actor } from '../../../server/domain/actor.ts';
import type { Services } from '../../../server/services.ts';
import type { HistoryAnswer } from '../../hooks/use-history.ts';
import type { LiveEvent } from '../../live.ts';
import { historyTypes } from '../../live-replay.ts';

const page = 1_000;

/** Every event that moves what the page shows, oldest first. Output and tool calls, most of a long session, are no part of it. */
export async function readHistory({ timeline }: Services, actor: Actor, slug: string): Promise<HistoryAnswer> {
  const history: LiveEvent[] = [];
  for (let after = 0; ; ) {
    const { items, nextAfter, lastSeq } = await timeline.ofSession(actor, slug, {
      after,
      types: historyTypes,
      limit: page,
    });
    history.push(...items.map(({ teamId: _, ...event }) => event));
    if (items.length < page) return { history, upTo: Math.max(lastSeq, nextAfter) };
    after = nextAfter;
  }
}
