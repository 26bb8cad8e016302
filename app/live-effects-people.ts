import type { Ask } from '../server/domain/ask.ts';
import { askKinds } from '../server/domain/ask-kind.ts';
import type { Usage } from '../server/domain/metrics.ts';
import type { LiveEvent, LiveState } from './live.ts';

/** What asks and usage do to the page: who waits for whom, and what it cost so far. */

/** An ask as its event tells it. One whose choices are not told (an older event) waits for the loader. */
export function openAsk(state: LiveState, { payload, at, sessionId }: LiveEvent): LiveState {
  const kind = askKinds.find((one) => one === payload.kind);
  const { askId, taskId, attemptId } = payload;
  if (kind === undefined || typeof askId !== 'string' || typeof payload.expiresAt !== 'string') return state;
  if (state.asks.some((ask) => ask.id === askId)) return state;
  const texts = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  const ask: Ask = {
    id: askId,
    teamId: state.session.teamId,
    sessionId: sessionId ?? state.session.id,
    taskId: text(taskId) ?? '',
    attemptId: text(attemptId) ?? '',
    kind,
    status: 'open',
    title: text(payload.title) ?? '',
    command: text(payload.command),
    paths: texts(payload.paths),
    question: text(payload.question),
    options: texts(payload.options),
    patterns: texts(payload.patterns),
    permission: text(payload.permission),
    remoteAskId: '',
    remoteSessionId: '',
    ruleId: null,
    answer: null,
    answeredBy: null,
    answeredAt: null,
    deliveredAt: null,
    openedAt: at,
    escalatesAt: new Date(text(payload.escalatesAt) ?? payload.expiresAt),
    expiresAt: new Date(payload.expiresAt),
  };
  return { ...state, asks: [...state.asks, ask].sort((a, b) => a.openedAt.getTime() - b.openedAt.getTime()) };
}

export function closeAsk(state: LiveState, { payload }: LiveEvent): LiveState {
  return { ...state, asks: state.asks.filter((ask) => ask.id !== payload.askId) };
}

export function escalateAsk(state: LiveState, { payload }: LiveEvent): LiveState {
  return {
    ...state,
    asks: state.asks.map((ask) => (ask.id === payload.askId ? { ...ask, status: 'escalated' } : ask)),
  };
}

/** What an attempt has used until now; every report holds the whole of it. */
export function noteUsage(state: LiveState, { payload: { attemptId, usage } }: LiveEvent): LiveState {
  if (typeof attemptId !== 'string' || !isUsage(usage)) return state;
  return { ...state, usage: { ...state.usage, [attemptId]: usage } };
}

function isUsage(value: unknown): value is Usage {
  return typeof value === 'object' && value !== null && 'inputTokens' in value && 'costUsd' in value;
}
