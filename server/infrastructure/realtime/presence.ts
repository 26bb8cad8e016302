import type { Actor } from '../../domain/actor.ts';

export interface Watcher {
  readonly id: string;
  readonly name: string;
}

/** Who watches, each person once however many tabs they have; programs are not people. */
export function watchersOf(actors: readonly Actor[]): Watcher[] {
  const people = new Map<string, Watcher>();
  for (const actor of actors) if (actor.kind === 'user') people.set(actor.id, { id: actor.id, name: actor.name });
  return [...people.values()].sort(byName);
}

/** Those of several instances as one list, each person once. */
export function together(...parts: readonly (readonly Watcher[])[]): Watcher[] {
  const people = new Map(parts.flat().map((one) => [one.id, one]));
  return [...people.values()].sort(byName);
}

const byName = (a: Watcher, b: Watcher) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** Calls `tell` once for many changes of a key within a short time. */
export function createDebounced(tell: (key: string) => void, ms: number) {
  const due = new Map<string, ReturnType<typeof setTimeout>>();
  return {
    touch(key: string): void {
      if (due.has(key)) return;
      due.set(
        key,
        setTimeout(() => {
          due.delete(key);
          tell(key);
        }, ms),
      );
    },
    close(): void {
      for (const timer of due.values()) clearTimeout(timer);
      due.clear();
    },
  };
}
