import { expect, test } from 'vitest';
import { type Actor, authorize, can, permissions, type Role, refusal, resources, roles, scopes } from './actor.ts';
import { matrix, readMatrix, readScopes } from './testing/roles-matrix.ts';

const user = (role: Role): Actor => ({
  kind: 'user',
  id: 'me',
  teamId: 'team',
  role,
  name: 'Me',
  email: 'me@example.com',
});
const token = (role: Role, ...held: (typeof scopes)[number][]): Actor => ({
  kind: 'token',
  id: 'key',
  teamId: 'team',
  role,
  userId: 'me',
  scopes: held,
  name: 'ci',
});
const own = { teamId: 'team', createdBy: 'me' };
const others = { teamId: 'team', createdBy: 'you' };

const cases = permissions.flatMap((permission) =>
  roles.map(
    (role, place) =>
      [role, permission, matrix[permission][0][place] === 'y', matrix[permission][1][place] === 'y'] as const,
  ),
);

test.each(cases)('a %s has %s on the things of others: %s, on own: %s', (role, permission, onOthers, onOwn) => {
  expect(can(user(role), permission, others)).toBe(onOthers);
  expect(can(user(role), permission, own)).toBe(onOwn);
  expect(can(user(role), permission)).toBe(onOthers);
});

test.each(permissions)('nobody has %s in another team', (permission) => {
  const foreign = { teamId: 'other', createdBy: 'me' };
  const all: Actor[] = [
    user('admin'),
    token('admin', ...scopes),
    { kind: 'agent', id: 'a', teamId: 'team', name: 'A' },
    { kind: 'system', teamId: 'team', name: 'loop' },
  ];
  for (const actor of all) expect(can(actor, permission, foreign)).toBe(false);
});

test('a viewer reads everything but tokens and webhooks', () => {
  for (const [place, role] of roles.entries())
    for (const resource of resources)
      expect(can(user(role), 'read', { teamId: 'team', resource }), `${role} ${resource}`).toBe(
        readMatrix[resource][place] === 'y',
      );
});

test('a token may what its role and its scopes both allow', () => {
  expect(can(token('member', 'sessions:write'), 'session.create', others)).toBe(true);
  expect(can(token('member', 'sessions:read'), 'session.create', others)).toBe(false);
  expect(can(token('viewer', 'sessions:write'), 'session.create', others)).toBe(false);
  expect(can(token('member', 'sessions:write'), 'session.command', own)).toBe(true);
  expect(can(token('member', 'sessions:write'), 'session.command', others)).toBe(false);
});

test.each(resources.map((resource) => [resource, readScopes[resource]] as const))(
  'reading %s needs exactly the scope %s',
  (resource, scope) => {
    const subject = { teamId: 'team', resource };
    expect(can(token('admin', scope), 'read', subject)).toBe(true);
    expect(can(token('admin', ...scopes.filter((one) => one !== scope)), 'read', subject)).toBe(false);
  },
);

test('the program itself may everything, and an agent only reports and uses contexts', () => {
  const agent: Actor = { kind: 'agent', id: 'a', teamId: 'team', name: 'A' };
  for (const permission of permissions) {
    expect(can({ kind: 'system', teamId: null, name: 'sweeper' }, permission, others)).toBe(true);
    expect(can(agent, permission, others)).toBe(['attempt.report', 'context.write'].includes(permission));
  }
  expect(can(agent, 'read', { teamId: 'team', resource: 'contexts' })).toBe(true);
});

test('a refusal is a sentence that says what is missing', () => {
  expect(() => authorize(user('viewer'), 'session.create', others)).toThrow(
    expect.objectContaining({ code: 'FORBIDDEN', message: expect.stringContaining('member') }),
  );
  expect(refusal(token('admin'), 'session.create', others)).toContain('sessions:write');
  expect(refusal(user('member'), 'session.command', others)).toContain("other people's");
  expect(refusal(user('member'), 'session.command', own)).toBeNull();
});
