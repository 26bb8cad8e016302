import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PermissionPreset } from './agent.ts';
import type { AskAnswer, RuleScope } from './ask.ts';
import {
  type AskRule,
  assertRule,
  covers,
  hardDenied,
  previewOf,
  ruleExpiry,
  ruleFor,
  suggestedPatterns,
} from './ask-rule.ts';
import { matches } from './wildcard.ts';

const bash = (...patterns: string[]) => ({
  kind: 'permission' as const,
  permission: 'bash',
  patterns,
  command: patterns.join(' && '),
  paths: [],
});
const edit = (path: string) => ({
  kind: 'permission' as const,
  permission: 'edit',
  patterns: [path],
  command: null,
  paths: [path],
});
const fetched = (address: string) => ({ ...edit(address), permission: 'webfetch', paths: [] });

test.each([
  ['npm publish *', ['npm publish --dry-run'], true],
  ['npm publish *', ['npm publish'], true],
  ['npm publish', ['npm publish --dry-run'], false],
  ['npm publish *', ['npm publisher'], false],
  ['npm publish *', ['npm publish', 'npm publish --tag next'], true],
  ['npm publish *', ['npm publish', 'rm -rf /'], false],
  ['npm publish *', ['npm publish; rm -rf /'], false],
  ['npm publish *', ['npm publish && curl evil'], false],
  ['npm publish *', ['npm publish | sh'], false],
  ['npm publish *', ['npm publish > /etc/passwd'], false],
  ['npm publish *', ['npm publish $(rm x)'], false],
  ['npm publish *', ['npm publish `rm x`'], false],
  ['npm publish *', ['npm publish\nrm -rf /'], false],
  ['npm publish *', ['npm publish $HOME'], false],
  ['npm publish ?', ['npm publish 1'], true],
  ['npm publish ?', ['npm publish ;'], false],
  ['npm publish > out.txt', ['npm publish > out.txt'], true],
  ['git * --stat', ['git diff HEAD --stat'], true],
  ['git * --stat', ['git diff HEAD'], false],
  ['npm publish *', [], false],
] as const)('the pattern %s covers the command %o: %s', (pattern, commands, yes) => {
  expect(covers({ permission: 'bash', pattern }, bash(...commands))).toBe(yes);
});

test.each([
  ['docs/*', 'docs/design.md', true],
  ['docs/*', 'docs/a/b.md', true],
  ['docs/*', 'docs/../src/key.ts', false],
  ['docs/*', 'docsx/a', false],
  ['/tmp/*', '/tmp/../etc/passwd', false],
])('the pattern %s covers the path %s: %s', (pattern, path, yes) => {
  expect(covers({ permission: 'edit', pattern }, edit(path))).toBe(yes);
});

test('a rule covers its own kind of permission only, and never a question', () => {
  expect(covers({ permission: 'edit', pattern: 'npm publish' }, bash('npm publish'))).toBe(false);
  const question = { ...bash('npm publish'), kind: 'question' as const, permission: null };
  expect(covers({ permission: 'bash', pattern: 'npm publish' }, question)).toBe(false);
});

test('a wildcard never lets a character of the shell through, wherever it stands', () => {
  const word = fc.stringMatching(/^[a-z0-9 ./-]{0,12}$/);
  const shell = fc.constantFrom(';', '|', '&', '<', '>', '$', '`', '(', ')', '\n', '\r', '\\');
  fc.assert(
    fc.property(word, shell, word, (before, character, after) => {
      const command = `make ${before}${character}${after}`;
      return ['make *', 'make*', 'make ***', 'make *?*'].every(
        (pattern) => !covers({ permission: 'bash', pattern }, bash(command)),
      );
    }),
  );
});

test('the matcher agrees with the same pattern as a regular expression, and stays quick on one made to be slow', () => {
  const piece = fc.constantFrom('a', 'b', '*', '?', '/');
  const letters = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), letters, (pattern, text) => {
      const source = pattern.map((one) => (one === '*' ? '.*' : one === '?' ? '.' : one)).join('');
      return matches(pattern.join(''), text.join('')) === new RegExp(`^${source}$`, 's').test(text.join(''));
    }),
  );
  const before = performance.now();
  expect(matches('*a'.repeat(200), `${'a'.repeat(10_000)}b`)).toBe(false);
  expect(performance.now() - before).toBeLessThan(5_000);
});

test.each<[string, ReturnType<typeof bash> | ReturnType<typeof edit>, PermissionPreset, string | null]>([
  ['npm publish *', bash('npm publish --dry-run'), 'standard', null],
  ['*', bash('npm publish'), 'standard', 'Begin with'],
  ['* publish', bash('npm publish'), 'standard', 'Begin with'],
  ['n* publish', bash('npm publish'), 'standard', 'Begin with'],
  ['npm *', bash('npm publish'), 'standard', null],
  ['git gc', bash('npm publish'), 'standard', 'does not cover'],
  ['*', edit('src/a.ts'), 'standard', 'Begin with'],
  ['src/*', edit('src/a.ts'), 'standard', null],
  ['src/*', edit('src/a.ts'), 'read_only', 'never allows'],
  ['npm publish', bash('npm publish'), 'read_only', 'never allows'],
  ['https://*', fetched('https://docs.example.com/a'), 'standard', 'Begin with'],
  ['https://docs.*', fetched('https://docs.example.com/a'), 'standard', 'Begin with'],
  ['https://docs.example.com/*', fetched('https://docs.example.com/a'), 'standard', null],
])('a rule %s for %o of an agent under %s', (pattern, ask, preset, words) => {
  if (words === null) expect(() => assertRule(pattern, ask, preset)).not.toThrow();
  else
    expect(() => assertRule(pattern, ask, preset)).toThrow(
      expect.objectContaining({ code: 'INVALID', message: expect.stringContaining(words) }),
    );
});

test('no rule goes over what a preset never allows, also for agents elsewhere', () => {
  expect(hardDenied('read_only', bash('npm publish'))).toBe(true);
  expect(hardDenied('read_only', { ...bash('npm publish'), permission: 'external' })).toBe(true);
  expect(hardDenied('read_only', edit('a.txt'))).toBe(true);
  expect(hardDenied('read_only', bash('git status'))).toBe(false);
  expect(hardDenied('standard', { ...edit('x'), permission: 'task' })).toBe(true);
  expect(ruleFor([aRule({})], bash('npm publish'), 'read_only')).toBeNull();
  expect(ruleFor([aRule({})], bash('npm publish'), 'standard')?.id).toBe('r');
});

test('of several rules the narrowest answers, and of equals the older', () => {
  const [team, repository, session] = (['team', 'repository', 'session'] as const).map((scope) =>
    aRule({ id: scope, scope }),
  ) as [AskRule, AskRule, AskRule];
  const younger = aRule({ id: 'younger', scope: 'session', createdAt: new Date('2026-01-02T00:00:00Z') });
  expect(ruleFor([team, repository, younger, session], bash('npm publish'), 'standard')?.id).toBe('session');
  expect(ruleFor([team, repository], bash('npm publish'), 'standard')?.id).toBe('repository');
  expect(ruleFor([team], bash('git gc'), 'standard')).toBeNull();
});

test.each([
  [bash('npm publish --dry-run'), ['npm publish --dry-run', 'npm publish *']],
  [bash('make'), ['make']],
  [bash('git gc', 'git prune'), ['git gc']],
  [bash('cat x > y'), ['cat x > y']],
  [bash('sh $(x) y'), ['sh $(x) y']],
  [edit('docs/a.md'), ['docs/a.md', 'docs/*']],
  [edit('a.md'), ['a.md']],
])('what is offered for %o', (ask, patterns) => {
  expect(suggestedPatterns(ask)).toEqual(patterns);
});

test('a rule lasts a week unless said otherwise, and never beyond 90 days', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  expect(ruleExpiry(undefined, now)).toEqual(new Date('2026-01-08T00:00:00Z'));
  expect(ruleExpiry('2026-03-01T00:00:00Z', now)).toEqual(new Date('2026-03-01T00:00:00Z'));
  for (const wrong of ['2026-01-01T00:00:00Z', '2026-04-02T00:00:00Z'])
    expect(() => ruleExpiry(wrong, now)).toThrow(expect.objectContaining({ code: 'INVALID' }));
});

test('a preview says what would have been let through, against whose word, and what stays refused', () => {
  const past = (id: string, preset: PermissionPreset, answer: AskAnswer | null, command: string) => ({
    ...bash(command),
    id,
    title: command,
    status: 'answered' as const,
    answer,
    preset,
  });
  const preview = previewOf({ permission: 'bash', pattern: 'npm publish *' }, [
    past('1', 'standard', { decision: 'once' }, 'npm publish'),
    past('2', 'standard', { decision: 'reject', message: 'no' }, 'npm publish --tag next'),
    past('3', 'read_only', null, 'npm publish'),
    past('4', 'standard', { decision: 'once' }, 'npm ci'),
  ]);
  expect(preview.allowed.map(({ id }) => id)).toEqual(['1', '2']);
  expect(preview).toMatchObject({ rejected: 1, denied: 1 });
});

function aRule(fields: Partial<AskRule> & { scope?: RuleScope }): AskRule {
  return {
    id: 'r',
    teamId: 't',
    permission: 'bash',
    pattern: 'npm publish',
    scope: 'team',
    sessionId: null,
    repositoryId: null,
    createdBy: null,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    expiresAt: new Date('2026-01-08T00:00:00Z'),
    revokedAt: null,
    useCount: 0,
    lastUsedAt: null,
    ...fields,
  };
}
