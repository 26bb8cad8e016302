import { expect, test } from 'vitest';
import { someParts } from '../fleet-testing.ts';
import { outcome } from './agent-decisions.tsx';

const one = (agentId: string, score: number | null, removedBy: string | null = null) => ({
  agentId,
  name: `AGENT-${agentId}`,
  score,
  parts: someParts(),
  removedBy,
});

test.each([
  ['the chosen one with its score', 'A', 'A', 'CHOSEN with 0.900'],
  ['one that was behind, by how much and whom', 'B', 'A', 'not: 0.850, 0.050 behind AGENT-A'],
  ['one that was removed, by what', 'C', 'A', 'not: is draining'],
  ['one that was equal', 'D', 'A', 'not: 0.900, equal with AGENT-A'],
  ['one that nobody asked', 'E', 'A', 'not: was left out'],
])('the outcome names %s', (_, agentId, selectedAgentId, words) => {
  const candidates = [one('A', 0.9), one('B', 0.85), one('C', null, 'is draining'), one('D', 0.9)];
  expect(outcome(agentId, { selectedAgentId, candidates })).toBe(words);
});
