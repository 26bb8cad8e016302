import type { EventType } from '../server/domain/events.ts';
import type { LiveEvent, LiveState } from './live.ts';
import { closeAsk, escalateAsk, noteUsage, openAsk } from './live-effects-people.ts';
import {
  forceSession,
  moveSession,
  noteCheckpoint,
  noteDeleted,
  noteError,
  notePlan,
  noteProof,
  noteRetry,
  noteUpdate,
  restoreSession,
  setAttention,
} from './live-effects-session.ts';
import {
  addTask,
  beginAttempt,
  endAttempt,
  moveTask,
  noteMerge,
  noteWaiver,
  prove,
  restoreTask,
  updateTask,
} from './live-effects-task.ts';

/**
 * What an event does to the page's data. `told`: nothing beyond its row in the timeline. `reload`: its payload is too
 * small to say; the loader is asked. A function: applied at once, and the loader is asked to confirm. The same functions
 * replay the past, so each must say the same however often it is applied.
 */
type Effect = 'told' | 'reload' | ((state: LiveState, event: LiveEvent) => LiveState);

/** Every event type has its line, so a new one cannot be forgotten: the compiler asks for it. */
export const effects: Record<EventType, Effect> = {
  'session.created': 'reload',
  'session.updated': noteUpdate,
  'session.status_changed': moveSession,
  'session.attention_changed': setAttention,
  'session.retried': noteRetry,
  'session.deleted': noteDeleted,
  'session.undeleted': noteDeleted,
  'session.completed': noteProof,
  'session.failed': noteError,
  'session.force_completed': forceSession,
  'plan.proposed': notePlan,
  'plan.accepted': notePlan,
  'plan.rejected': 'reload',
  'task.created': addTask,
  'task.updated': updateTask,
  'task.status_changed': moveTask,
  'task.routed': 'reload',
  'task.decomposed': 'reload',
  'task.restored': restoreTask,
  'attempt.started': beginAttempt,
  'attempt.output': 'told',
  'attempt.tool_called': 'told',
  'attempt.file_changed': 'told',
  'attempt.usage_reported': noteUsage,
  'attempt.ended': endAttempt,
  'checkpoint.created': noteCheckpoint,
  'checkpoint.restored': restoreSession,
  'verification.passed': prove('proven'),
  'verification.failed': prove('failed'),
  'evidence.waived': noteWaiver,
  'merge.completed': noteMerge,
  'conflict.detected': 'reload',
  'conflict.resolved': 'reload',
  'comment.created': 'told',
  'ask.opened': openAsk,
  'ask.answered': closeAsk,
  'ask.escalated': escalateAsk,
  'ask.expired': closeAsk,
  'ask.superseded': closeAsk,
  'prompt.injected': 'told',
  'approval.requested': 'told',
  'approval.decided': 'told',
  'approval.expired': 'told',
  'agent.registered': 'told',
  'agent.updated': 'told',
  'agent.state_changed': 'told',
  'agent.tier_changed': 'told',
  'runtime.state_changed': 'told',
  'context.changed': 'reload',
  'budget.reserved': 'told',
  'budget.exhausted': 'reload',
  'recovery.taken_over': 'reload',
};
