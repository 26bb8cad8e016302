import type { BatchResult } from '../server/application/sessions/batch.ts';
import { type Actor, refusal } from '../server/domain/actor.ts';
import type { Session } from '../server/domain/session.ts';
import type { BatchVerb } from '../server/domain/session-batch.ts';
import { commandsOf } from './components/command-bar-rules.ts';
import { plural } from './format.ts';

interface BatchWords {
  readonly word: string;
  /** What was done to each, after its name. */
  readonly done: string;
  readonly consequence: string;
  /** It cannot be taken back: its number has to be typed. */
  readonly grave?: true;
}

export const batchWords: Record<BatchVerb, BatchWords> = {
  start: { word: 'Start', done: 'started', consequence: 'Each queues for a free place and runs.' },
  pause: {
    word: 'Pause',
    done: 'paused',
    consequence: 'Running agents are interrupted and each clock stands still; nothing is lost.',
  },
  resume: { word: 'Resume', done: 'resumed', consequence: 'Each queues again and goes on where it was held.' },
  stop: {
    word: 'Stop',
    done: 'stopped',
    consequence:
      'Running agents are ended; merged work stays on the branches. Only a retry goes on from there, where there is a checkpoint.',
  },
  cancel: {
    word: 'Cancel',
    done: 'cancelled',
    consequence: 'Each ends for good and cannot be retried.',
    grave: true,
  },
  retry: {
    word: 'Retry',
    done: 'retried',
    consequence: 'Completed tasks stay, the rest runs again from the last checkpoint, else from the start.',
  },
  tag: { word: 'Tag', done: 'tagged', consequence: 'Each gets the tag; those that have it keep it.' },
  untag: { word: 'Untag', done: 'untagged', consequence: 'The tag is taken off each that has it.' },
  delete: {
    word: 'Delete',
    done: 'deleted',
    consequence: 'Each leaves every list; it can be brought back for 30 days.',
    grave: true,
  },
};

/** In the order they are offered; a tag is taken off where it is put on. */
export const offeredVerbs = [
  'start',
  'pause',
  'resume',
  'stop',
  'retry',
  'tag',
  'untag',
  'cancel',
  'delete',
] as const satisfies readonly BatchVerb[];

/** What stands beside a session of a batch before it is confirmed: why not, or null when it is possible. */
export function batchRefusal(verb: BatchVerb, session: Session, actor: Actor): string | null {
  const subject = { teamId: session.teamId, createdBy: session.createdBy, resource: 'sessions' as const };
  if (verb === 'tag' || verb === 'untag') return refusal(actor, 'session.edit', subject);
  if (verb === 'retry' && session.recoverable) return refusal(actor, 'session.command', subject);
  const command = commandsOf({ ...session, everStarted: session.startedAt !== null }, actor).find(
    ({ intent }) => intent === verb,
  );
  return command?.refusal ?? (verb === 'retry' ? 'There is nothing of it to go on from.' : null);
}

/** What has to be typed before a grave order. */
export function batchConfirmation(verb: BatchVerb, amount: number): string | null {
  return batchWords[verb].grave === true ? `${verb} ${amount}` : null;
}

/** The sentence over the results: how many are done, how many only ordered yet, and that the others are named. */
export function batchSummary(verb: BatchVerb, results: readonly BatchResult[]): string {
  const of = (wanted: BatchResult['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  const [done, ordered, refused] = [of('done'), of('ordered'), of('refused')];
  const parts = [
    ...(done > 0 || ordered === 0 ? [`${plural(done, 'session')} ${batchWords[verb].done}`] : []),
    ...(ordered > 0 ? [`${plural(ordered, 'session')} ordered to ${verb}, whose agents are being ended`] : []),
    ...(refused > 0 ? [`${refused} refused, each with its reason below`] : []),
  ];
  return `${parts.join('; ')}.`;
}
