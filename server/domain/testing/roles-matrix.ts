import type { Permission, Resource, Role, Scope } from '../actor.ts';
import { roles } from '../actor.ts';

/**
 * Who may what, as people agreed on it (access.md, Roles), beside the code and not made from it: the tests of the rule and
 * of every surface read it here. One letter a role: viewer, member, lead, admin; on others' things, then on own ones.
 */
export const matrix: Readonly<Record<Permission, readonly [others: string, own: string]>> = {
  read: ['yyyy', 'yyyy'],
  'session.create': ['nyyy', 'nyyy'],
  'session.command': ['nnyy', 'nyyy'],
  'session.edit': ['nnyy', 'nyyy'],
  'ask.answer': ['nnyy', 'nyyy'],
  'ask.rule': ['nnyy', 'nyyy'],
  'diff.merge': ['nyyy', 'nyyy'],
  'context.write': ['nyyy', 'nyyy'],
  'context.promote': ['nnyy', 'nnyy'],
  'force_complete.request': ['nnyy', 'nyyy'],
  'force_complete.decide': ['nnny', 'nnny'],
  'budget.request': ['nnyy', 'nnyy'],
  'agent.manage': ['nnyy', 'nnyy'],
  'runtime.manage': ['nnyy', 'nnyy'],
  'blueprint.manage': ['nnyy', 'nnyy'],
  'repository.manage': ['nnyy', 'nnyy'],
  'session.audit.read': ['nnyy', 'nnyy'],
  'team.manage': ['nnny', 'nnny'],
  'member.manage': ['nnny', 'nnny'],
  'audit.read': ['nnny', 'nnny'],
  'token.own': ['nyyy', 'nyyy'],
  'token.manage': ['nnny', 'nnny'],
  'attempt.report': ['nnny', 'nnny'],
  'metrics.read': ['yyyy', 'yyyy'],
};

/** Who may read what: everybody everything, but tokens and webhooks. */
export const readMatrix: Readonly<Record<Resource, string>> = {
  sessions: 'yyyy',
  repositories: 'yyyy',
  asks: 'yyyy',
  agents: 'yyyy',
  runtimes: 'yyyy',
  contexts: 'yyyy',
  blueprints: 'yyyy',
  approvals: 'yyyy',
  members: 'yyyy',
  teams: 'yyyy',
  tokens: 'nyyy',
  webhooks: 'nnny',
  datasets: 'yyyy',
};

/** The scope a token needs to read it. */
export const readScopes: Readonly<Record<Resource, Scope>> = {
  sessions: 'sessions:read',
  repositories: 'repositories:read',
  asks: 'asks:read',
  agents: 'agents:read',
  runtimes: 'agents:read',
  contexts: 'contexts:read',
  blueprints: 'blueprints:read',
  approvals: 'approvals:read',
  members: 'members:read',
  teams: 'teams:read',
  tokens: 'teams:read',
  webhooks: 'teams:read',
  datasets: 'teams:read',
};

/** Whether the role may, on things of its own where `own` says so. */
export function mayByMatrix(role: Role, permission: Permission, resource?: Resource, own = false): boolean {
  const letters =
    permission === 'read' && resource !== undefined ? readMatrix[resource] : matrix[permission][own ? 1 : 0];
  return letters[roles.indexOf(role)] === 'y';
}
