import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  assertDatasetMove,
  type Candidate,
  canMoveDataset,
  chooseSamples,
  createDatasetInput,
  datasetRules,
  datasetStatuses,
  evalRepositories,
  type LeftOutReason,
  mostSamples,
  reasonAgainst,
} from './dataset.ts';
import { cardText } from './dataset-card.ts';
import { atifOf, chatOf, redactionsIn, type Transcript, withoutSecrets } from './dataset-sample.ts';

const now = new Date('2026-11-28T12:00:00Z');
const rules = datasetRules.parse({});
const good: Candidate = {
  attemptId: 'a1',
  sessionId: 's1',
  repositoryId: 'r1',
  endedAt: new Date('2026-11-20T12:00:00Z'),
  sessionStatus: 'completed',
  sessionProof: 'proven',
  forced: false,
  success: 1,
  authorErased: false,
  rehearsal: false,
  attemptStatus: 'succeeded',
  taskProof: 'proven',
  transcript: true,
  sameness: 'one',
};

test.each<[Partial<Candidate>, LeftOutReason | null]>([
  [{}, null],
  [{ sessionStatus: 'failed' }, 'not_completed'],
  [{ sessionStatus: 'partially_completed' }, 'not_completed'],
  [{ forced: true, sessionProof: 'unverified' }, 'forced'],
  [{ sessionProof: 'unverified' }, 'unproven'],
  [{ sessionProof: null }, 'unproven'],
  [{ success: 0.9 }, null],
  [{ success: 0.8999 }, 'below_success'],
  [{ authorErased: true }, 'author_erased'],
  [{ rehearsal: true }, 'rehearsal'],
  [{ attemptStatus: 'failed' }, 'not_succeeded'],
  [{ taskProof: 'waived' }, 'task_unproven'],
  [{ taskProof: 'claimed' }, 'task_unproven'],
  [{ transcript: false }, 'no_transcript'],
])('an attempt with %o is left out as %s', (given, reason) => {
  expect(reasonAgainst({ ...good, ...given }, rules, now)).toBe(reason);
});

test('rules narrow the choice and never widen it below nine tenths', () => {
  expect(reasonAgainst(good, { ...rules, repositoryIds: ['r2'] }, now)).toBe('other_repository');
  expect(reasonAgainst(good, { ...rules, withinDays: 7 }, now)).toBe('too_old');
  expect(reasonAgainst(good, { ...rules, withinDays: 8 }, now)).toBe(null);
  expect(reasonAgainst({ ...good, rehearsal: true }, { ...rules, rehearsal: true }, now)).toBe(null);
  expect(reasonAgainst({ ...good, success: 0.5 }, { ...rules, minimumSuccess: 10 }, now)).toBe('below_success');
  expect(createDatasetInput.safeParse({ name: 'A', licence: 'MIT', minimumSuccess: 89 }).success).toBe(false);
  expect(createDatasetInput.safeParse({ name: ' ', licence: 'MIT' }).success).toBe(false);
});

const candidate = fc.record({
  attemptId: fc.uuid(),
  sessionId: fc.constantFrom('s1', 's2', 's3'),
  repositoryId: fc.constantFrom('r1', 'r2'),
  sessionStatus: fc.constantFrom('completed', 'completed', 'failed'),
  rehearsal: fc.boolean(),
  sameness: fc.constantFrom('one', 'two', 'three', 'four'),
});

test('each attempt is counted once, no two taken are the same, and the order they come in does not matter', () => {
  fc.assert(
    fc.property(fc.uniqueArray(candidate, { selector: ({ attemptId }) => attemptId }), (given) => {
      const all = given.map((one) => ({ ...good, ...one }));
      const chosen = chooseSamples(all, rules, now);
      const left = Object.values(chosen.leftOut).reduce((sum, count) => sum + count, 0);
      expect(chosen.taken.length + left).toBe(all.length);
      expect(new Set(chosen.taken.map(({ sameness }) => sameness)).size).toBe(chosen.taken.length);
      expect(chooseSamples(all.toReversed(), rules, now)).toEqual(chosen);
    }),
  );
});

test('of the same attempt the newest is taken; more than a dataset holds is counted', () => {
  const older = { ...good, attemptId: 'a0', endedAt: new Date('2026-11-01T00:00:00Z') };
  const { taken, leftOut } = chooseSamples([older, good], rules, now);
  expect([taken, leftOut.duplicate]).toEqual([[good], 1]);
  const many = Array.from({ length: mostSamples + 3 }, (_, at) => ({ ...good, attemptId: `${at}`, sameness: `${at}` }));
  expect(chooseSamples(many, rules, now).leftOut.above_limit).toBe(3);
});

test('a repository is on one side only, and never is everything set aside', () => {
  const counts = fc.uniqueArray(fc.tuple(fc.uuid(), fc.integer({ min: 1, max: 50 })), { selector: ([id]) => id });
  fc.assert(
    fc.property(counts, fc.integer({ min: 0, max: 50 }), (given, percent) => {
      const samples = new Map(given);
      const aside = evalRepositories(samples, percent);
      const total = given.reduce((sum, [, count]) => sum + count, 0);
      const kept = given.reduce((sum, [id, count]) => sum + (aside.has(id) ? count : 0), 0);
      if (given.length > 0) expect(kept).toBeLessThanOrEqual(total / 2);
      if (given.length < 2 || percent === 0) expect(aside.size).toBe(0);
      expect(evalRepositories(new Map(given.toReversed()), percent)).toEqual(aside);
    }),
  );
});

test('a job moves as it may and no other way', () => {
  const open = datasetStatuses.flatMap((from) =>
    datasetStatuses.filter((to) => canMoveDataset(from, to)).map((to) => `${from} ${to}`),
  );
  expect(open).toEqual([
    'pending queued',
    'pending failed',
    'pending cancelled',
    'queued running',
    'queued failed',
    'queued cancelled',
    'running evaluating',
    'running failed',
    'running cancelled',
    'evaluating completed',
    'evaluating failed',
    'evaluating cancelled',
    'failed pending',
    'cancelled pending',
  ]);
  expect(() => assertDatasetMove('completed', 'cancelled')).toThrow(/cannot become cancelled/);
});

const at = new Date('2026-11-20T10:00:00Z');
const transcript: Transcript = {
  attemptId: 'a1',
  agent: 'AGENT-1',
  model: 'default/m',
  version: '1.0.0',
  system: 'Be brief.',
  prompt: 'Add it.',
  summary: 'It is added.',
  turns: [
    { kind: 'said', text: 'thinking', reasoning: true, at },
    { kind: 'said', text: 'I look.', reasoning: false, at },
    { kind: 'called', tool: 'bash', input: { command: 'ls' }, output: 'a.txt', at },
    { kind: 'asked', text: 'Also b.', at },
    { kind: 'said', text: 'It is added.', reasoning: false, at },
  ],
};

test('a sample in chat form holds what was told, said, called and answered', () => {
  expect(chatOf(transcript)).toEqual({
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Add it.' },
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'bash', arguments: '{"command":"ls"}' } }],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'a.txt' },
      { role: 'user', content: 'Also b.' },
      { role: 'assistant', content: 'It is added.' },
    ],
  });
});

test('the same sample as a trajectory numbers its steps and ties each answer to its call', () => {
  const { steps, ...head } = atifOf(transcript) as { steps: Record<string, unknown>[] };
  expect(head).toEqual({
    schema_version: 'ATIF-v1.4',
    session_id: 'a1',
    agent: { name: 'AGENT-1', version: '1.0.0', model_name: 'default/m' },
  });
  expect(steps.map(({ step_id, source }) => [step_id, source])).toEqual([
    [1, 'system'],
    [2, 'user'],
    [3, 'agent'],
    [4, 'user'],
    [5, 'agent'],
  ]);
  expect(steps[2]).toMatchObject({
    reasoning_content: 'thinking',
    tool_calls: [{ tool_call_id: 'call_1', function_name: 'bash', arguments: { command: 'ls' } }],
    observation: { results: [{ source_call_id: 'call_1', content: 'a.txt' }] },
  });
});

test('the last word of an attempt is there also where its timeline does not hold it', () => {
  const bare = chatOf({ ...transcript, turns: [] }) as { messages: unknown[] };
  expect(bare.messages.at(-1)).toEqual({ role: 'assistant', content: 'It is added.' });
});

test('secrets go out of every depth, and are counted', () => {
  const clean = withoutSecrets(transcript.turns, (text) => text.replaceAll('a.txt', '[redacted]'));
  expect(redactionsIn(JSON.stringify(clean))).toBe(1);
  expect(JSON.stringify(clean)).not.toContain('a.txt');
  expect(clean[0]?.at).toBe(at);
});

test('the card tells counts, reasons and sources, and nothing that was said', () => {
  const leftOut = { ...chooseSamples([], rules, now).leftOut, duplicate: 2 };
  const text = cardText('Fixes', {
    licence: 'MIT',
    rules,
    train: { samples: 3, sessions: ['IND-1'], repositories: ['one'] },
    eval: { samples: 0, sessions: [], repositories: [] },
    leftOut,
    dropped: { tooLong: 1, gone: 0 },
    redactions: 4,
    writtenAt: now.toISOString(),
  });
  for (const words of [
    '# Fixes',
    'Licence: MIT',
    'Train: 3 samples of 1 sessions',
    '2: the same as another one',
    'IND-1',
  ])
    expect(text).toContain(words);
});
