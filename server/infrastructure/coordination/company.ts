import type { Watcher } from '../realtime/presence.ts';

/** Who is not heard of for so long is gone, with everybody who watched there. */
const silenceMs = 15_000;

interface Elsewhere {
  heardAt: number;
  readonly sessions: Map<string, readonly Watcher[]>;
}

/** Who watches which session on the other instances, as far as they have told; a dead instance leaves no ghosts. */
export function createCompany(changed: (sessionId: string) => void, now: () => number, ttlMs = silenceMs) {
  const others = new Map<string, Elsewhere>();

  function forget(id: string): void {
    const gone = others.get(id);
    others.delete(id);
    for (const sessionId of gone?.sessions.keys() ?? []) changed(sessionId);
  }

  return {
    heard(id: string, whole: boolean, told: Readonly<Record<string, readonly Watcher[]>>): void {
      const known = others.get(id) ?? { heardAt: 0, sessions: new Map<string, readonly Watcher[]>() };
      known.heardAt = now();
      others.set(id, known);
      const names = new Set([...(whole ? known.sessions.keys() : []), ...Object.keys(told)]);
      for (const sessionId of names) {
        const watchers = told[sessionId] ?? [];
        if (same(known.sessions.get(sessionId) ?? [], watchers)) continue;
        if (watchers.length === 0) known.sessions.delete(sessionId);
        else known.sessions.set(sessionId, watchers);
        changed(sessionId);
      }
    },
    forget,
    /** Forgets whoever was silent for too long. */
    prune(): void {
      for (const [id, { heardAt }] of others) if (now() - heardAt > ttlMs) forget(id);
    },
    watchers(sessionId: string): Watcher[] {
      return [...others.values()].flatMap(({ sessions }) => sessions.get(sessionId) ?? []);
    },
  };
}

function same(a: readonly Watcher[], b: readonly Watcher[]): boolean {
  return a.length === b.length && a.every((one, place) => one.id === b[place]?.id && one.name === b[place]?.name);
}
