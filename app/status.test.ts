import { expect, test } from 'vitest';
import { agentStates, agentTiers, loadLevels } from '../server/domain/agent.ts';
import { askStatuses } from '../server/domain/ask.ts';
import { attemptStatuses } from '../server/domain/attempt.ts';
import { attentions, isExecuting, sessionStatuses } from '../server/domain/session.ts';
import { proofs, taskStatuses } from '../server/domain/task.ts';
import { agentSigns, loadSigns, tierSigns } from './agent-status.ts';
import {
  askSigns,
  attemptSigns,
  attentionSigns,
  planSigns,
  proofSigns,
  runtimeSigns,
  type Sign,
  sessionSigns,
  taskSigns,
} from './status.ts';

const maps: [string, Record<string, Sign>, readonly string[]][] = [
  ['session', sessionSigns, sessionStatuses],
  ['attention', attentionSigns, attentions],
  ['task', taskSigns, taskStatuses],
  ['attempt', attemptSigns, attemptStatuses],
  ['ask', askSigns, askStatuses],
  ['proof', proofSigns, proofs],
  ['agent', agentSigns, agentStates],
  ['plan source', planSigns, ['blueprint', 'rule', 'planner', 'fallback']],
  ['tier', tierSigns, agentTiers],
  ['load', loadSigns, loadLevels],
  ['runtime', runtimeSigns, ['starting', 'online', 'degraded', 'parked', 'offline']],
];

test.each(maps)('every %s state has a sign, and no sign stands for nothing', (_, signs, states) => {
  expect(Object.keys(signs).toSorted()).toEqual([...states].toSorted());
});

test.each(maps)('each %s sign says a word in capitals and a whole sentence', (_, signs) => {
  for (const sign of Object.values(signs)) {
    expect(sign.word).toMatch(/^[A-Z][A-Z ]+$/);
    expect(sign.meaning).toMatch(/^[A-Z].+\.$/);
  }
});

test.each(maps)('two %s states never look the same without colour', (_, signs) => {
  const words = Object.values(signs).map((sign) => sign.word);
  expect(new Set(words).size).toBe(words.length);
});

test('inverse video is for sessions that execute now, and for nothing that is over', () => {
  for (const status of sessionStatuses) expect(sessionSigns[status].inverse === true).toBe(isExecuting(status));
});

test('what is well is grey', () => {
  for (const status of ['completed', 'queued', 'pending', 'stopped'] as const) {
    expect(['quiet', 'done']).toContain(sessionSigns[status].tone);
  }
});
