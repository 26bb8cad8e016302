import clsx from 'clsx';
import { usePresence } from '../hooks/use-presence.ts';

/** The other people who look at this session now, by name; said politely when they change. */
export function Watchers({ sessionId, me }: { sessionId: string; me: string | null }) {
  const others = usePresence(sessionId)
    .filter((watcher) => watcher.id !== me)
    .map((watcher) => watcher.name);
  return (
    <p
      role="status"
      className={clsx('text-data text-ink-2', others.length > 0 && 'border-b border-line-1 px-3 py-1 lg:px-4')}
    >
      {others.length > 0 && `${inWords(others)} ${others.length === 1 ? 'watches' : 'watch'} too`}
    </p>
  );
}

/** `Ada`, `Ada and Leo`, `Ada, Leo and 3 others`. */
export function inWords(names: readonly string[]): string {
  const [first = '', second = '', ...rest] = names;
  if (names.length <= 1) return first;
  if (names.length === 2) return `${first} and ${second}`;
  return `${first}, ${second} and ${rest.length === 1 ? rest[0] : `${rest.length} others`}`;
}
