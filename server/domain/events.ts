import type { Actor } from './actor.ts';

/** The closed list of api.md; a new type is added there first. */
export const eventTypes = [
  'session.created',
  'session.updated',
  'session.status_changed',
  'session.attention_changed',
  'session.retried',
  'session.deleted',
  'session.undeleted',
  'session.completed',
  'session.failed',
  'session.force_completed',
  'plan.proposed',
  'plan.accepted',
  'plan.rejected',
  'task.created',
  'task.updated',
  'task.status_changed',
  'task.routed',
  'task.decomposed',
  'task.restored',
  'attempt.started',
  'attempt.output',
  'attempt.tool_called',
  'attempt.file_changed',
  'attempt.usage_reported',
  'attempt.ended',
  'checkpoint.created',
  'checkpoint.restored',
  'verification.passed',
  'verification.failed',
  'evidence.waived',
  'merge.completed',
  'conflict.detected',
  'conflict.resolved',
  'comment.created',
  'ask.opened',
  'ask.answered',
  'ask.escalated',
  'ask.expired',
  'ask.superseded',
  'prompt.injected',
  'approval.requested',
  'approval.decided',
  'approval.expired',
  'agent.registered',
  'agent.updated',
  'agent.state_changed',
  'agent.tier_changed',
  'runtime.state_changed',
  'context.changed',
  'budget.reserved',
  'budget.exhausted',
  'recovery.taken_over',
] as const;
export type EventType = (typeof eventTypes)[number];

/** What comes by the second while an agent works. All others are milestones, kept in an index of their own. */
export const frequentTypes: readonly EventType[] = [
  'attempt.output',
  'attempt.tool_called',
  'attempt.file_changed',
  'attempt.usage_reported',
  'budget.reserved',
];

export interface EventActor {
  readonly kind: Actor['kind'];
  readonly id: string | null;
  readonly name: string;
}

export type EventPayload = Readonly<Record<string, unknown>>;

/** One fact of a timeline. `seq` is gap-free per session from 1; `cursor` orders the team's events. */
export interface TimelineEvent {
  readonly id: string;
  readonly teamId: string;
  readonly cursor: number;
  readonly sessionId: string | null;
  readonly seq: number | null;
  readonly type: EventType;
  readonly at: Date;
  readonly actor: EventActor;
  readonly payload: EventPayload;
  readonly v: number;
}

/** What a service hands to the store, which adds id, cursor, seq and the database's time. */
export interface NewEvent {
  readonly teamId: string;
  readonly sessionId: string | null;
  readonly type: EventType;
  readonly actor: EventActor;
  readonly payload: EventPayload;
  readonly v?: number;
}

/** The form of an actor that events keep. */
export function eventActorOf(actor: Actor): EventActor {
  return { kind: actor.kind, id: actor.kind === 'system' ? null : actor.id, name: actor.name };
}
