import { expect, test } from 'vitest';
import type { Run, Track } from '../server/domain/matrix.ts';
import { runWords, seqOf, standsAs, stateWords } from './matrix-words.ts';

const run: Run = {
  state: { kind: 'stood', status: 'running', attention: 'none' },
  first: 0,
  slices: 3,
  from: new Date('2026-11-20T11:02:00Z'),
  to: new Date('2026-11-20T11:05:00Z'),
};

test('a run is said with its times, and the last one stands until now', () => {
  expect(runWords(run, false)).toBe('RUNNING, 11:02 to 11:05 UTC, 3 m 00 s');
  expect(runWords(run, true)).toBe('RUNNING, 11:02 to now');
});

test('what is waited for outweighs the status, but not after the end', () => {
  expect(standsAs({ status: 'running', attention: 'question' }).word).toBe('QUESTION');
  expect(standsAs({ status: 'failed', attention: 'question' }).word).toBe('FAILED');
  expect(stateWords({ kind: 'over', status: 'failed' })).toBe('over, FAILED');
  expect(stateWords({ kind: 'before' })).toBe('not created yet');
});

test('a run leads to the event it began with', () => {
  const changes = [
    { seq: 4, at: new Date('2026-11-20T10:00:00Z'), what: 'status', from: 'pending', to: 'queued' },
    { seq: 7, at: new Date('2026-11-20T11:02:30Z'), what: 'status', from: 'queued', to: 'running' },
  ] as const;
  expect(seqOf({ changes } as unknown as Track, run)).toBe(7);
  expect(seqOf({ changes: [] } as unknown as Track, run)).toBeNull();
});
