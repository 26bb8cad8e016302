import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { changesOf, doneWords, kindWords, namesSubject, ruleOf } from './audit-words.ts';

test.each([
  ['session.stop', 'stopped'],
  ['session.update', 'changed'],
  ['webhook.removed', 'removed'],
  ['token.revoked', 'revoked'],
  ['login.succeeded', 'signed in'],
  ['session.force_complete', 'completed by force'],
  ['approval.withdrawn', 'withdrew a request about'],
  ['galaxy.fold', 'did “galaxy.fold” to'],
])('%s reads “%s”', (action, words) => {
  expect(doneWords(action)).toBe(words);
});

test('whatever the services record reads like a sentence', () => {
  const written = globSync('server/application/**/*.ts', { exclude: (name) => name.endsWith('.test.ts') })
    .map((file) => readFileSync(file, 'utf8'))
    .flatMap((text) => [
      ...text.matchAll(/\baction: (?:[^'\n]+ \? )?'([a-z_]+\.[a-z_]+)'(?: : '([a-z_]+\.[a-z_]+)')?/g),
    ])
    .flatMap(([, one, other]) => [one, other].filter((action) => action !== undefined));
  expect(written.length).toBeGreaterThan(50);
  expect(written.filter((action) => doneWords(action).startsWith('did “'))).toEqual([]);
});

test('a sentence names its subject unless it is about the team itself', () => {
  expect(namesSubject('session.stop')).toBe(true);
  expect(namesSubject('retention.run')).toBe(false);
});

test('a person is told by name alone, everything else with what it is', () => {
  expect([kindWords('user', 'Ada'), kindWords('user', undefined)]).toEqual(['', 'somebody ']);
  expect([kindWords('ask_rule', 'git gc *'), kindWords('session', 'IND-1')]).toEqual(['the rule ', 'session ']);
});

test('an answer of a rule is told as the rule’s', () => {
  expect(ruleOf({ decision: 'once', rule: { id: 'r', pattern: 'git gc *', scope: 'team' } })).toBe('git gc *');
  expect([ruleOf({ decision: 'once' }), ruleOf(null), ruleOf('once')]).toEqual([null, null, null]);
});

test('before and after are told field by field, and what stayed is left out', () => {
  expect(
    changesOf({
      before: { sessions: null, audit: 365, events: 30 },
      after: { sessions: 90, audit: 365, events: null },
    }),
  ).toEqual([
    { name: 'sessions', before: 'none', after: '90' },
    { name: 'events', before: '30', after: 'none' },
  ]);
  expect(changesOf({ before: null, after: { name: 'ci', scopes: ['a', 'b'], enabled: true } })).toEqual([
    { name: 'name', before: null, after: 'ci' },
    { name: 'scopes', before: null, after: 'a, b' },
    { name: 'enabled', before: null, after: 'yes' },
  ]);
  expect(changesOf({ before: null, after: { title: { from: 'Old', to: 'New' } } })).toEqual([
    { name: 'title', before: 'Old', after: 'New' },
  ]);
  expect(changesOf({ before: null, after: { error: null, removed: { sessions: 1, audit: 0 } } })).toEqual([
    { name: 'removed', before: null, after: 'sessions 1' },
  ]);
  expect(changesOf({ before: null, after: null })).toEqual([]);
});
