import { expect, test } from 'vitest';
import { sessionStatuses } from '../../server/domain/session.ts';
import { anAsk, aSession, aState, aTask } from '../live-testing.ts';
import { verdictOf } from './session-header-verdict.ts';

const of = (session: Parameters<typeof aSession>[0], over: Parameters<typeof aState>[0] = {}) =>
  verdictOf(aState({ session: aSession(session), ...over }));

test('every status has its sentence', () => {
  for (const status of sessionStatuses) expect(of({ status }).sentence, status).toMatch(/\.$/);
});

test('an ask comes before everything else', () => {
  const verdict = of({ status: 'degraded', cause: 'circuit open' }, { asks: [anAsk(), anAsk({ id: 'a2' })] });
  expect(verdict).toMatchObject({ tone: 'waiting', next: { to: '#asks' } });
  expect(verdict.sentence).toBe('An agent asks permission (and 1 more): Run npm publish --dry-run');
});

test('a failure says its own reason', () => {
  const error = { code: 'INTERNAL', message: 'The base branch vanished.', context: {} };
  expect(of({ status: 'failed', error })).toMatchObject({ tone: 'broken', sentence: 'The base branch vanished.' });
  const task = aTask({ status: 'failed', reason: 'npm test exits 1' });
  expect(of({ status: 'failed' }, { tasks: [task] }).sentence).toBe('npm test exits 1');
});

test('completed is only good when it is proven', () => {
  expect(of({ status: 'completed', proof: 'proven' }).tone).toBe('done');
  expect(of({ status: 'completed', proof: 'unverified' }).tone).toBe('caution');
  expect(of({ status: 'completed', proof: null }).sentence).toBe('Completed.');
});

test('running says how far it is and on what it works', () => {
  const tasks = [aTask({ status: 'completed' }), aTask({ id: 't2', key: 'verify', status: 'in_progress' })];
  const verdict = of({ progress: { completed: 1, total: 2 } }, { tasks });
  expect(verdict).toMatchObject({ tone: 'live', sentence: '1 of 2 tasks done. Working on verify.' });
  expect(of({ status: 'paused', cause: null }).sentence).toMatch(/^Held by a person; its clock stands still/);
  expect(of({ status: 'paused', cause: 'Nobody answered in time: Run it' }).sentence).toMatch(
    /^Nobody answered in time/,
  );
  expect(of({ status: 'degraded', cause: 'no healthy agent' }).sentence).toMatch(
    /^Reduced capacity: no healthy agent\./,
  );
});
