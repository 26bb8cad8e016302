import { isExecuting } from '../../server/domain/session.ts';
import { duration, plural } from '../format.ts';
import type { LiveState } from '../live.ts';
import type { Tone } from '../status.ts';
import { planWaits } from './command-bar-rules.ts';

/** What a tired person must know first: what is the matter, and where the next step is. */
export interface Verdict {
  readonly tone: Tone;
  readonly sentence: string;
  readonly next: { readonly words: string; readonly to: string } | null;
}

const changes = { words: 'Review the changes', to: 'changes' };
const timeline = { words: 'Read what happened', to: '.' };

/** One sentence and one next step for the session as it stands; the most urgent matter wins. */
export function verdictOf(state: Pick<LiveState, 'session' | 'tasks' | 'asks'>): Verdict {
  const { session, tasks, asks } = state;
  const first = asks[0];
  if (first !== undefined) {
    const many = asks.length > 1 ? ` (and ${asks.length - 1} more)` : '';
    const what = first.kind === 'question' ? 'asks a question' : 'asks permission';
    return say('waiting', `An agent ${what}${many}: ${first.title}`, { words: 'Answer', to: '#asks' });
  }
  if (planWaits(session)) {
    return say('waiting', `A plan of ${plural(tasks.length, 'task')} waits for your decision.`, {
      words: 'Decide it',
      to: '#plan',
    });
  }
  if (session.attention.kind === 'approval') {
    return say('waiting', 'A request to complete it by force waits for an admin.', {
      words: 'Look at it',
      to: 'force-complete',
    });
  }
  if (session.attention.kind === 'conflict') {
    return say('broken', 'Two changes contradict each other; nobody’s work was overwritten.', {
      words: 'Decide it',
      to: '#conflicts',
    });
  }
  if (session.pendingCommand !== null) {
    const why = session.pendingCommand === 'timeout' ? 'Its time limit passed' : `Ordered to ${session.pendingCommand}`;
    return say('caution', `${why}; the agents are being ended.`, null);
  }
  const failed = tasks.find((task) => task.status === 'failed');
  const why = session.error?.message ?? failed?.error?.message ?? failed?.reason ?? null;
  switch (session.status) {
    case 'pending':
      return say('quiet', 'Nobody has started it yet.', null);
    case 'queued':
      return say('quiet', 'Waits for a free place to run.', null);
    case 'running':
    case 'degraded':
      return running(state);
    case 'paused':
      return say(
        'caution',
        `${session.cause ?? 'Held by a person'}; its clock stands still. Resume it to go on.`,
        null,
      );
    case 'completed':
      if (session.forced)
        return say('caution', 'Completed by force with an approval, not by its tasks: review with care.', changes);
      if (session.proof === null) return say('done', 'Completed.', changes);
      return session.proof === 'proven'
        ? say('done', 'Completed, and proven by its verification commands.', changes)
        : say('caution', 'Completed, but nothing proves it: review with care.', changes);
    case 'partially_completed':
      return say('caution', `Only partly done. ${why ?? 'A required task did not complete.'}`, timeline);
    case 'failed':
      return say('broken', why ?? 'It failed; the timeline tells why.', timeline);
    case 'timeout':
      return say('broken', `Its limit of ${duration(session.maxDurationSeconds)} passed before it was done.`, timeline);
    case 'orphaned':
      return say('broken', why ?? 'Its owner is gone and nobody can say how far it came.', timeline);
    case 'stopped':
      return say('quiet', 'A person stopped it. Merged work stays on the branch.', changes);
    case 'cancelled':
      return say('quiet', 'Cancelled before it ended.', null);
  }
}

function running({ session, tasks }: Pick<LiveState, 'session' | 'tasks'>): Verdict {
  const cause = session.status === 'degraded' && session.cause !== null ? `Reduced capacity: ${session.cause}. ` : '';
  const tone: Tone = isExecuting(session.status) && cause !== '' ? 'caution' : 'live';
  const { completed, total } = session.progress;
  const active = tasks.filter((task) => task.status === 'in_progress' || task.status === 'assigned');
  const broken = tasks.filter((task) => task.status === 'failed').length;
  const parts = [
    total === 0 ? 'The plan is being made.' : `${completed} of ${plural(total, 'task')} done.`,
    active.length > 0 ? `Working on ${active.map((task) => task.key).join(', ')}.` : '',
    broken > 0 ? `${plural(broken, 'task')} failed.` : '',
  ];
  return say(tone, cause + parts.filter((part) => part !== '').join(' '), null);
}

function say(tone: Tone, sentence: string, next: Verdict['next']): Verdict {
  return { tone, sentence, next };
}
