import { dateTime } from '../format.ts';

interface Trims {
  readonly events: Date | null;
  readonly transcripts: Date | null;
  readonly contexts: Date | null;
}

const words = {
  events: 'its timeline',
  transcripts: 'what was said to and by models',
  contexts: 'its contexts',
} as const;

/** What retention took from a session that stays, so that a gap is never a riddle; and the way to take the rest along. */
export function SessionKept({ slug, trims }: { slug: string; trims: Trims | null }) {
  const taken = (Object.keys(words) as (keyof typeof words)[]).flatMap((kind) => {
    const at = trims?.[kind] ?? null;
    return at === null ? [] : [`${words[kind]} on ${dateTime(at)}`];
  });
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 border-t border-line-1 px-3 lg:px-4">
      {taken.length > 0 && <p className="py-2 text-data text-ink-2">Retention took away {taken.join(', and ')}.</p>}
      <a href={`/sessions/${slug}/export`} className="inline-flex min-h-11 items-center text-data underline">
        Export the whole session as JSON
      </a>
    </div>
  );
}
