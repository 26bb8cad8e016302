import { expect, test } from 'vitest';
import { grantsOf, groupRolesOf, type SignOnRules } from './sign-on.ts';

test('a mapping is read entry by entry, and a wrong one is named', () => {
  expect(groupRolesOf(' admins=admin, a=b=tools/lead ,')).toEqual([
    { group: 'admins', team: null, role: 'admin' },
    { group: 'a=b', team: 'tools', role: 'lead' },
  ]);
  for (const wrong of ['admins', '=admin', 'a=owner', 'a=/lead', 'a=tools/'])
    expect(() => groupRolesOf(wrong), wrong).toThrow(wrong);
});

const rules = (text: string, defaultRole: SignOnRules['defaultRole'] = null): SignOnRules => ({
  groups: groupRolesOf(text),
  defaultRole,
  team: null,
});

test.each([
  [['a'], 'a=member', null, [[null, 'member']]],
  [['a', 'b'], 'a=member, b=lead', null, [[null, 'lead']]],
  [['b', 'a'], 'b=lead, a=member', null, [[null, 'lead']]],
  [['x'], 'a=member', null, [[null, null]]],
  [['x'], 'a=member', 'viewer', [[null, 'viewer']]],
  [['a'], 'a=member', 'lead', [[null, 'lead']]],
  [
    ['a'],
    'a=tools/admin, b=works/lead',
    null,
    [
      ['tools', 'admin'],
      ['works', null],
    ],
  ],
  [[], '', null, []],
] as const)('of the groups %j the rules "%s" and the default %s make %j', (groups, text, fallback, expected) => {
  expect([...grantsOf(groups, rules(text, fallback))]).toEqual(expected);
});
