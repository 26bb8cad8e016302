// How a slice of a session's time is said and drawn. Pure: the cells, the read-out and the legend use the same.
import type { CellState, MatrixSpan, Run, Track } from '../server/domain/matrix.ts';
import { isActive, type SessionStatus } from '../server/domain/session.ts';
import { duration, time } from './format.ts';
import { attentionSigns, type Sign, sessionSigns } from './status.ts';

export const spanWords: Record<MatrixSpan, string> = { '1h': '1 h', '4h': '4 h', '24h': '24 h' };

/** How often the axis is labelled, in slices. */
export const labelEvery: Record<MatrixSpan, number> = { '1h': 10, '4h': 6, '24h': 8 };

/** The sign of what stood; null where there was nothing. */
export function signOf(state: CellState): Sign | null {
  if (state.kind === 'stood')
    return state.attention === 'none' ? sessionSigns[state.status] : attentionSigns[state.attention];
  if (state.kind === 'unread')
    return {
      word: 'NOT READ',
      glyph: 'dash',
      tone: 'quiet',
      meaning: 'More changed than is read at once; the session has it all.',
    };
  return null;
}

/** How a session stands now: whoever waits for a person waits, whatever its status is. */
export function standsAs({ status, attention }: Pick<Track, 'status' | 'attention'>): Sign {
  return attention !== 'none' && isActive(status) ? attentionSigns[attention] : sessionSigns[status];
}

/** A word that says the state alone: `RUNNING`, `over, FAILED`, `not created yet`. */
export function stateWords(state: CellState): string {
  if (state.kind === 'before') return 'not created yet';
  if (state.kind === 'over') return `over, ${sessionSigns[state.status].word}`;
  return signOf(state)?.word ?? '';
}

/** `RUNNING, 11:02 to 11:31 UTC, 29 m 00 s`; the last one stands until now. */
export function runWords({ state, from, to }: Run, live: boolean): string {
  const until = live ? 'now' : `${time(to).slice(0, 5)} UTC`;
  const length = live ? '' : `, ${duration((to.getTime() - from.getTime()) / 1_000)}`;
  return `${stateWords(state)}, ${time(from).slice(0, 5)} to ${until}${length}`;
}

/** The event a run began with, for the address of the session's timeline. */
export function seqOf(track: Track, run: Run): number | null {
  const begun = track.changes.find(({ at }) => at >= run.from && at < run.to);
  return begun?.seq ?? null;
}

/** Endings that are not over for a person until somebody has looked. */
export function isBroken(status: SessionStatus): boolean {
  return sessionSigns[status].tone === 'broken' || status === 'partially_completed';
}

/** What the legend tells, in the order of weight. */
export const legend: readonly { state: CellState; words: string }[] = [
  { state: { kind: 'stood', status: 'running', attention: 'none' }, words: 'running' },
  { state: { kind: 'stood', status: 'queued', attention: 'none' }, words: 'queued or pending' },
  { state: { kind: 'stood', status: 'running', attention: 'permission' }, words: 'waits for a person' },
  { state: { kind: 'stood', status: 'paused', attention: 'none' }, words: 'paused' },
  { state: { kind: 'stood', status: 'degraded', attention: 'none' }, words: 'degraded' },
  { state: { kind: 'stood', status: 'completed', attention: 'none' }, words: 'completed' },
  { state: { kind: 'stood', status: 'failed', attention: 'none' }, words: 'failed, timeout, orphaned' },
  { state: { kind: 'stood', status: 'stopped', attention: 'none' }, words: 'stopped or cancelled' },
];
