import type { FeedHub, Position } from './feed-hub.ts';

export interface HeadsOptions {
  readonly hub: FeedHub;
  /** How far these feeds reach in the database. */
  readonly read: (sessions: readonly string[], teams: readonly string[]) => Promise<readonly Position[]>;
  /** Whether the other instances can be heard. */
  readonly heard: () => boolean;
  readonly onError: (error: unknown) => void;
  readonly everyMs?: number;
}

/** With the line up a look now and then finds what it lost; without it every look counts. */
const looksBetween = 5;

/**
 * What other instances commit is found in the database too, where somebody watches: often while they cannot be heard,
 * seldom else. So watchers are late at worst, never wrong.
 */
export function watchHeads({ hub, read, heard, onError, everyMs = 1_000 }: HeadsOptions): { stop(): void } {
  let waited = 0;
  let looking = false;
  let wasHeard = true;

  async function look(): Promise<void> {
    const { sessions, teams } = hub.watched();
    if (sessions.length + teams.length === 0) return;
    hub.announce(await read(sessions, teams));
  }

  const timer = setInterval(() => {
    const now = heard();
    waited += 1;
    // Also once when it is back: what was told meanwhile is gone.
    if (looking || (now && wasHeard && waited < looksBetween)) return;
    waited = 0;
    wasHeard = now;
    looking = true;
    look()
      .catch(onError)
      .finally(() => {
        looking = false;
      });
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
