import type { LeftRecords } from '../../../server/application/left-records-port.ts';
import type { RetentionCounts, RetentionKind } from '../../../server/domain/retention.ts';
import { count, dateTime, plural } from '../../format.ts';

export const retentionLabels: Record<RetentionKind, string> = {
  sessions: 'Sessions',
  events: 'Events',
  transcripts: 'Transcripts',
  contexts: 'Contexts',
  audit: 'Audit',
};

/** What goes when the days are over, and what stays. */
export const retentionHints: Record<RetentionKind, string> = {
  sessions:
    'Ended sessions with their tasks, attempts, events and contexts. Branches in your own repositories stay; what was used stays in the budgets.',
  events: 'The timelines of ended sessions. The sessions, their tasks and results stay.',
  transcripts: 'What was said to and by models in ended sessions. The timeline, commands run and evidence stay.',
  contexts: 'Contexts of ended sessions, and earlier versions of all others.',
  audit:
    'Entries from the first on. An anchor with the last one’s hash stays, so the rest can be verified. At least 30.',
};

/** One sentence of what a run took away, or would. */
export function removedWords(removed: RetentionCounts): string {
  const parts = [
    removed.deleted > 0 ? `${plural(removed.deleted, 'deleted session')} for good` : null,
    removed.sessions > 0 ? plural(removed.sessions, 'session') : null,
    removed.events > 0 ? `${count(removed.events)} events` : null,
    removed.transcripts > 0 ? `transcripts of ${plural(removed.transcripts, 'session')}` : null,
    removed.contexts > 0 ? plural(removed.contexts, 'context or version', 'contexts and versions') : null,
    removed.audit > 0 ? plural(removed.audit, 'audit entry', 'audit entries') : null,
    removed.blobs > 0 ? plural(removed.blobs, 'unused text') : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}

/** What OpenCode still keeps of the team's runs. It is told to forget each ten minutes after its end. */
export function leftWords({ waiting, oldest, problem, outOfReach }: LeftRecords): string {
  const parts: string[] = [];
  if (waiting > 0) {
    const since = oldest === null ? '' : `, the oldest since ${dateTime(oldest)}`;
    parts.push(`${plural(waiting, 'run waits', 'runs wait')} to be forgotten${since}; tried until it is done.`);
    if (problem !== null) parts.push(`Last: ${problem}`);
  }
  if (outOfReach > 0)
    parts.push(
      `${plural(outOfReach, 'run was', 'runs were')} left at a server that was taken off, or at an instance not seen for a day. Nothing here can reach what it keeps: delete it there.`,
    );
  return parts.length === 0
    ? 'Nothing known. OpenCode is told to forget each run ten minutes after its end, whatever is kept here.'
    : parts.join(' ');
}
