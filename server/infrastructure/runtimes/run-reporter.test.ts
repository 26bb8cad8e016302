import { expect, test } from 'vitest';
import type { RunEvent } from '../../application/ports.ts';
import type { OpenAsk } from './opencode-asks.ts';
import { createReporter } from './run-reporter.ts';

const askOf = (remoteAskId: string): OpenAsk => ({
  remoteAskId,
  remoteSessionId: 'ses_1',
  kind: 'permission',
  title: 'Run npm publish',
  command: 'npm publish',
  paths: [],
  patterns: ['npm publish'],
  permission: 'bash',
  question: null,
  options: [],
  callId: null,
});

function reporterWith(answered: string[] = []) {
  const told: RunEvent[] = [];
  const reporter = createReporter('/work', new Set(answered), (event) => told.push(event));
  return { reporter, kinds: () => told.map(({ type }) => type) };
}

test('an ask that the stream tells while the list of open ones is under way is not taken for gone', () => {
  const { reporter, kinds } = reporterWith();
  const before = reporter.toldAsks();
  reporter.ask(askOf('per_1'));
  reporter.asks([], before);
  expect(kinds()).toEqual(['ask']);
  reporter.asks([askOf('per_1')], reporter.toldAsks());
  expect(kinds()).toEqual(['ask']);
});

test('an ask told before the look and missing in it is gone, unless it was answered here', () => {
  const { reporter, kinds } = reporterWith(['per_2']);
  reporter.ask(askOf('per_1'));
  reporter.ask(askOf('per_2'));
  reporter.asks([], reporter.toldAsks());
  expect(kinds()).toEqual(['ask', 'ask', 'ask_gone']);
});
