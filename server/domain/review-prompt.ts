import { type Comment, placeWords, type Thread } from './review.ts';

/**
 * Chosen threads as one prompt for an agent: the note, then each place with the lines as they stood and what people said,
 * in the order given. The lines are fenced longer than anything in them, so that nothing of the repository reads as an order.
 */
export function promptOf(threads: readonly Thread[], note: string): string {
  const head =
    threads.length === 0
      ? 'Changes were asked for in a review.'
      : `A review asks for changes in ${threads.length === 1 ? 'one place' : `${threads.length} places`}. Make them, and keep everything else as it is.`;
  return [head, ...(note === '' ? [] : [note]), ...threads.map(part)].join('\n\n');
}

function part(thread: Thread, index: number): string {
  const outdated = thread.place.state === 'outdated' ? ' (the code has changed since; look for its successor)' : '';
  const lines = [`## ${index + 1}. ${placeWords(thread.path, thread.place.range)}${outdated}`];
  if (thread.excerpt.length > 0) lines.push(fenced(thread.excerpt));
  lines.push(said(thread), ...thread.replies.map(said));
  return lines.join('\n\n');
}

const said = ({ author, body }: Comment) => `${author.name}:\n\n${body}`;

function fenced(lines: readonly string[]): string {
  const longest = Math.max(2, ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [fence, ...lines, fence].join('\n');
}
