import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FailureClass } from '../../domain/attempt.ts';
import type { VerdictAction } from '../../domain/verdict.ts';
import type { RunEnd } from '../ports.ts';
import {
  addSession,
  createInstance,
  fileAt,
  type House,
  type Instance,
  landed,
  makePlace,
  openHouse,
  type Place,
  until,
} from '../testing/house.ts';

const parts = JSON.stringify({
  tasks: ['first', 'second'].map((key) => ({
    key,
    title: `Add the ${key} half`,
    description: key,
    capabilities: ['code_generation'],
    writes: [`${key}.txt`],
  })),
});

// What the gateway or a repository cannot be made to do in a moment is played by hand.
describe.each(['pglite', 'postgres'] as const)('verdicts, on %s', (kind) => {
  let house: House;
  let place: Place;
  let one: Instance;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    place = await makePlace(house);
    one = createInstance(house);
  });
  afterEach(() => one.dispatcher.stop());

  const ends = (id: string, status: string) =>
    until(house, [one.dispatcher], id, (session) => session.status === status);
  const attemptsOf = (id: string) => house.opened.store.attempts.bySession(id);
  const start = () => addSession(one, place, { blueprint: 'single_task', start: true });
  const failing = (failure: FailureClass): RunEnd => ({ type: 'failed', failure, message: 'no', retryAt: null });

  test.each<[FailureClass]>([['context_too_long'], ['timeout']])(
    'after %s a planner splits the task, and its parts do the work',
    async (failure) => {
      one.play.current = async (run) => {
        if (run.order.prompt.startsWith('# Split this task')) return { type: 'completed', text: parts };
        if (!run.order.title.endsWith('half')) return failing(failure);
        run.write(`${run.order.title.split(' ')[2]}.txt`, 'done\n');
        return undefined;
      };
      const { id } = await start();
      const done = await ends(id, 'completed');
      expect(fileAt(place, done, 'first.txt')).toBe('done');
      expect(fileAt(place, done, 'second.txt')).toBe('done');
      expect(landed(place, done)).toHaveLength(2);
      const attempts = await attemptsOf(id);
      expect(attempts.map(({ role }) => role)).toEqual(['work', 'plan', 'work', 'work']);
      expect(attempts[0]).toMatchObject({ failure, verdict: { action: 'split' } });
      expect(one.started[1]?.agent.permissionPreset).toBe('read_only');
    },
  );

  test.each<[RunEnd, VerdictAction, boolean]>([
    [{ type: 'lost', message: 'gone' }, 'retry_same', true],
    [failing('transient'), 'retry_same', true],
    [failing('refused'), 'other_agent', false],
  ])('after %o the verdict is %s', async (end, action, same) => {
    one.play.current = async (run) => (run.order.number === 1 ? end : undefined);
    const { id } = await start();
    await until(house, [one.dispatcher], id, async () => (await attemptsOf(id))[0]?.verdict !== null);
    one.time.ahead = 30;
    await ends(id, 'completed');
    const [first, second] = await attemptsOf(id);
    expect(first?.verdict?.action).toBe(action);
    expect(second?.agentId === first?.agentId).toBe(same);
  });

  test('a spent quota waits until it is back and burns no attempt', async () => {
    const back = new Date(Date.now() + 3_600_000);
    one.play.current = async (run) =>
      run.order.number > 3 ? undefined : { ...failing('quota_exhausted'), retryAt: back };
    const { id } = await start();
    for (const tries of [1, 2, 3]) {
      await until(
        house,
        [one.dispatcher],
        id,
        async () => (await attemptsOf(id))[tries - 1]?.verdict?.action === 'park',
      );
      const [task] = await house.opened.store.tasks.bySession(id);
      expect(task).toMatchObject({ status: 'ready' });
      expect(task?.reason).toContain('UTC');
      for (let look = 0; look < 3; look += 1) await one.dispatcher.tick();
      expect(await attemptsOf(id)).toHaveLength(tries);
      one.time.ahead += 3_700;
    }
    await ends(id, 'completed');
  });

  test('who failed is asked again when nobody else fits, and the decision says so', async () => {
    await house.opened.database.db.execute("update agents set enabled = false where name <> 'AGENT-IMPLEMENTER-01'");
    one.play.current = async (run) => (run.order.number === 1 ? failing('refused') : undefined);
    const { id } = await start();
    await ends(id, 'completed');
    const [first, second] = await attemptsOf(id);
    expect(second?.agentId).toBe(first?.agentId);
    const decisions = await house.opened.store.routing.ofSession(id);
    expect(decisions.find(({ attemptId }) => attemptId === second?.id)?.sentence).toContain('Nobody else fits');
  });
});
