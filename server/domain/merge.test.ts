import { expect, test } from 'vitest';
import { type MergeFacts, mergeRefusal } from './merge.ts';
import { isTerminal, sessionStatuses } from './session.ts';

type Given = MergeFacts['tasks'][number];
const task = (over: Partial<Given> = {}): Given => ({
  id: 't1',
  key: 'build',
  parentTaskId: null,
  status: 'completed',
  reason: null,
  optional: false,
  proof: 'proven',
  ...over,
});
const facts = (over: Partial<MergeFacts> = {}, session: Partial<MergeFacts['session']> = {}): MergeFacts => ({
  session: {
    status: 'completed',
    branch: 'orchestrator/IND-1',
    baseCommit: 'a',
    headCommit: 'b',
    resetTo: null,
    ...session,
  },
  tasks: [task()],
  decision: null,
  merged: false,
  ...over,
});

test.each(sessionStatuses)('a session that is %s is merged only when its work is over', (status) => {
  expect(mergeRefusal(facts({}, { status })) === null).toBe(isTerminal(status));
});

test.each([
  ['proven work', {}, {}, null],
  ['waived work', { tasks: [task({ proof: 'waived' })] }, {}, null],
  [
    'what failed and is not in it',
    { tasks: [task(), task({ id: 't2', status: 'failed', proof: 'failed' })] },
    {},
    null,
  ],
  [
    'a group, which has no proof of its own',
    { tasks: [task({ id: 'g', proof: 'none' }), task({ parentTaskId: 'g' })] },
    {},
    null,
  ],
  ['accepted work', { decision: 'accepted' }, {}, null],
  ['claimed work', { tasks: [task({ proof: 'claimed' })] }, {}, /No command proved build/],
  [
    'many claims',
    { tasks: ['a', 'b', 'c', 'd'].map((id) => task({ id, key: id, proof: 'claimed' })) },
    {},
    /a, b, c and 1 more/,
  ],
  ['work that is to change', { decision: 'changes_requested' }, {}, /Changes are asked for/],
  ['what is merged', { merged: true }, {}, /merged already/],
  ['nothing', {}, { headCommit: 'a' }, /Nothing/],
  ['no branch', {}, { branch: null }, /Nothing/],
  ['a branch that has yet to go back', {}, { resetTo: 'a' }, /restored checkpoint/],
] as const)('%s', (_, over, session, refusal) => {
  const said = mergeRefusal(facts(over as Partial<MergeFacts>, session));
  if (refusal === null) expect(said).toBeNull();
  else expect(said).toMatch(refusal);
});
