import { DomainError } from './errors.ts';

/** From the least to the most; each may do what the one before may (access.md, Roles). */
export const roles = ['viewer', 'member', 'lead', 'admin'] as const;
export type Role = (typeof roles)[number];

/** What a token may be limited to (access.md, Tokens). */
export const scopes = [
  'sessions:read',
  'sessions:write',
  'repositories:read',
  'repositories:write',
  'asks:read',
  'asks:write',
  'agents:read',
  'agents:write',
  'contexts:read',
  'contexts:write',
  'blueprints:read',
  'blueprints:write',
  'approvals:read',
  'approvals:write',
  'members:read',
  'members:write',
  'teams:read',
  'teams:write',
  'audit:read',
  'agents:report',
  'metrics:read',
] as const;
export type Scope = (typeof scopes)[number];

export interface UserActor {
  readonly kind: 'user';
  readonly id: string;
  readonly teamId: string;
  readonly role: Role;
  readonly name: string;
  readonly email: string;
}

/** A program with a role, its person's or a service's own, cut down to the token's scopes; what it makes belongs to that person. */
export interface TokenActor {
  readonly kind: 'token';
  readonly id: string;
  readonly teamId: string;
  readonly role: Role;
  /** Null for a service's token, which belongs to the team: what it makes is nobody's own. */
  readonly userId: string | null;
  readonly scopes: readonly Scope[];
  readonly name: string;
}

export interface AgentActor {
  readonly kind: 'agent';
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  /** Of the token an agent outside came with; absent for one that works inside. */
  readonly scopes?: readonly Scope[];
}

/** The program itself: a loop, recovery, local administration. Without a team it is the whole installation. */
export interface SystemActor {
  readonly kind: 'system';
  readonly teamId: string | null;
  readonly name: string;
}

/** Who does something. The team is part of who the actor is and never comes from the request. */
export type Actor = UserActor | TokenActor | AgentActor | SystemActor;

/** The person behind the actor, who owns what it makes; null for agents and the program itself. */
export function personOf(actor: Actor): string | null {
  if (actor.kind === 'user') return actor.id;
  return actor.kind === 'token' ? actor.userId : null;
}

/** The team a person or program acts in; null for the program itself, which is of no team even where it works for one. */
export function teamOfActor(given: unknown): string | null {
  if (typeof given !== 'object' || given === null || !('kind' in given) || !('teamId' in given)) return null;
  const { kind, teamId } = given;
  return typeof teamId === 'string' && (kind === 'user' || kind === 'token' || kind === 'agent') ? teamId : null;
}

export const permissions = [
  'read',
  'session.create',
  'session.command',
  'session.edit',
  'ask.answer',
  'ask.rule',
  'diff.merge',
  'context.write',
  'context.promote',
  'force_complete.request',
  'force_complete.decide',
  'budget.request',
  'agent.manage',
  'runtime.manage',
  'blueprint.manage',
  'repository.manage',
  'session.audit.read',
  'team.manage',
  'member.manage',
  'audit.read',
  'token.own',
  'token.manage',
  'attempt.report',
  'metrics.read',
] as const;
export type Permission = (typeof permissions)[number];

export const resources = [
  'sessions',
  'repositories',
  'asks',
  'agents',
  'runtimes',
  'contexts',
  'blueprints',
  'approvals',
  'members',
  'teams',
  'tokens',
  'webhooks',
  'datasets',
] as const;
export type Resource = (typeof resources)[number];

/** What is acted on. Without `createdBy` it counts as somebody else's; `resource` matters for `read` only. */
export interface Subject {
  readonly teamId: string;
  readonly createdBy?: string | null;
  readonly resource?: Resource;
}

interface Rule {
  /** The lowest role that may on anyone's things. */
  readonly any: Role;
  /** The lowest role that may on its own things, where that is lower. */
  readonly own?: Role;
  readonly scope: Scope;
}

const rules: Record<Exclude<Permission, 'read'>, Rule> = {
  'session.create': { any: 'member', scope: 'sessions:write' },
  'session.command': { any: 'lead', own: 'member', scope: 'sessions:write' },
  'session.edit': { any: 'lead', own: 'member', scope: 'sessions:write' },
  'ask.answer': { any: 'lead', own: 'member', scope: 'asks:write' },
  'ask.rule': { any: 'lead', own: 'member', scope: 'asks:write' },
  'diff.merge': { any: 'member', scope: 'sessions:write' },
  'context.write': { any: 'member', scope: 'contexts:write' },
  'context.promote': { any: 'lead', scope: 'contexts:write' },
  'force_complete.request': { any: 'lead', own: 'member', scope: 'sessions:write' },
  'force_complete.decide': { any: 'admin', scope: 'approvals:write' },
  'budget.request': { any: 'lead', scope: 'teams:write' },
  'agent.manage': { any: 'lead', scope: 'agents:write' },
  'runtime.manage': { any: 'lead', scope: 'agents:write' },
  'blueprint.manage': { any: 'lead', scope: 'blueprints:write' },
  'repository.manage': { any: 'lead', scope: 'repositories:write' },
  'session.audit.read': { any: 'lead', scope: 'audit:read' },
  'team.manage': { any: 'admin', scope: 'teams:write' },
  'member.manage': { any: 'admin', scope: 'members:write' },
  'audit.read': { any: 'admin', scope: 'audit:read' },
  'token.own': { any: 'member', scope: 'teams:write' },
  'token.manage': { any: 'admin', scope: 'teams:write' },
  'attempt.report': { any: 'admin', scope: 'agents:report' },
  'metrics.read': { any: 'viewer', scope: 'metrics:read' },
};

/** What each is called in a sentence that refuses it; "on other people's sessions" may follow. */
const deeds: Record<Permission, string> = {
  read: 'Reading this',
  'session.create': 'Creating sessions',
  'session.command': 'Giving orders',
  'session.edit': 'Making changes',
  'ask.answer': 'Answering asks',
  'ask.rule': 'A rule for asks',
  'diff.merge': 'Reviewing and merging changes',
  'context.write': 'Writing contexts',
  'context.promote': 'Promoting a context',
  'force_complete.request': 'Requesting a force-complete',
  'force_complete.decide': 'Deciding a force-complete',
  'budget.request': 'Requesting more tokens',
  'agent.manage': 'Managing agents',
  'runtime.manage': 'Managing runtimes',
  'blueprint.manage': 'Managing blueprints',
  'repository.manage': 'Managing repositories',
  'session.audit.read': 'Reading the audit of a session',
  'team.manage': 'Managing the team',
  'member.manage': 'Managing people',
  'audit.read': 'Reading the audit',
  'token.own': 'Having tokens',
  'token.manage': 'Managing the tokens of others',
  'attempt.report': 'Reporting on attempts',
  'metrics.read': 'Reading metrics',
};

// A viewer reads everything but tokens, audit and webhooks (access.md).
const readRules: Record<Resource, Rule> = {
  sessions: { any: 'viewer', scope: 'sessions:read' },
  repositories: { any: 'viewer', scope: 'repositories:read' },
  asks: { any: 'viewer', scope: 'asks:read' },
  agents: { any: 'viewer', scope: 'agents:read' },
  runtimes: { any: 'viewer', scope: 'agents:read' },
  contexts: { any: 'viewer', scope: 'contexts:read' },
  blueprints: { any: 'viewer', scope: 'blueprints:read' },
  approvals: { any: 'viewer', scope: 'approvals:read' },
  members: { any: 'viewer', scope: 'members:read' },
  teams: { any: 'viewer', scope: 'teams:read' },
  tokens: { any: 'member', scope: 'teams:read' },
  webhooks: { any: 'admin', scope: 'teams:read' },
  datasets: { any: 'viewer', scope: 'teams:read' },
};

const agentPermissions: ReadonlySet<Permission> = new Set(['attempt.report', 'context.write']);

/**
 * Whether the actor may do this to the subject: the role matrix of access.md; a token may what its role and its scopes
 * both allow; another team's things are never allowed. Without a subject the question is about the actor's own team and
 * anybody's things.
 */
export function can(actor: Actor, permission: Permission, subject?: Subject): boolean {
  return refusal(actor, permission, subject) === null;
}

/** Throws FORBIDDEN, with a sentence for a person, when `can` says no. */
export function authorize(actor: Actor, permission: Permission, subject?: Subject): void {
  const sentence = refusal(actor, permission, subject);
  if (sentence !== null) throw new DomainError('FORBIDDEN', sentence, { details: { permission } });
}

/** Why `can` says no, as a sentence for a disabled button; null when it says yes. */
export function refusal(actor: Actor, permission: Permission, subject?: Subject): string | null {
  if (subject !== undefined && actor.teamId !== null && subject.teamId !== actor.teamId) {
    return 'This belongs to another team.';
  }
  if (actor.kind === 'system') return null;
  if (actor.kind === 'agent') return agentRefusal(actor, permission, subject);

  const rule = permission === 'read' ? readRules[subject?.resource ?? 'sessions'] : rules[permission];
  const me = personOf(actor);
  const own = me !== null && subject?.createdBy === me;
  const needed = own ? (rule.own ?? rule.any) : rule.any;
  if (roles.indexOf(actor.role) < roles.indexOf(needed)) {
    const others = !own && rule.own !== undefined ? " on other people's sessions" : '';
    return `${deeds[permission]}${others} needs the role ${needed}; yours is ${actor.role}.`;
  }
  if (actor.kind === 'token' && !actor.scopes.includes(rule.scope)) {
    return `${deeds[permission]} needs the scope ${rule.scope}, which this token does not have.`;
  }
  return null;
}

function agentRefusal(
  { scopes: given }: AgentActor,
  permission: Permission,
  subject: Subject | undefined,
): string | null {
  const { scope } = permission === 'read' ? readRules[subject?.resource ?? 'sessions'] : rules[permission];
  if (given !== undefined && !given.includes(scope))
    return "An agent's token is good for reporting on its attempts only.";
  if (agentPermissions.has(permission)) return null;
  if (permission === 'read' && subject?.resource === 'contexts') return null;
  return 'An agent may only report on its attempts and use contexts.';
}
