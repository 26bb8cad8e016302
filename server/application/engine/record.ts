import type { Actor } from '../../domain/actor.ts';
import { expiryOf } from '../../domain/ask.ts';
import type { Attempt } from '../../domain/attempt.ts';
import { totalTokens } from '../../domain/metrics.ts';
import { allowedInSession, answerByRule, refreshAttention, settleAsk } from '../asks/settle.ts';
import type { Deps } from '../deps.ts';
import type { RemoteAsk, RunEvent } from '../ports.ts';
import type { EventInput } from '../record-port.ts';

/**
 * Stores what a run tells, before anybody is shown it. Each fact carries a key, so a run that is adopted after a crash
 * tells it again without a second row. Everything is written under the attempt's epoch: a zombie's telling finds no row.
 */
export function createRecorder(deps: Deps) {
  const { store, clock } = deps;

  async function append(attempt: Attempt, event: EventInput): Promise<void> {
    await store.events.collect(attempt.sessionId, [event], { epoch: attempt.epoch });
  }

  async function started(attempt: Attempt, actor: Actor): Promise<Attempt> {
    return store.transaction(async (tx) => {
      await tx.sessions.lock(attempt.sessionId);
      const waits = (await tx.asks.openOf(attempt.sessionId)).some((ask) => ask.attemptId === attempt.id);
      const now =
        waits && attempt.status === 'waiting'
          ? attempt
          : attempt.status === 'running'
            ? attempt
            : await tx.attempts.update(
                attempt.id,
                { status: 'running' },
                { epoch: attempt.epoch, status: ['starting', 'waiting', 'running'] },
              );
      const task = await tx.tasks.get(attempt.teamId, attempt.taskId);
      if (task?.status === 'assigned') {
        await tx.tasks.move({
          taskId: task.id,
          sessionId: attempt.sessionId,
          from: ['assigned'],
          to: 'in_progress',
          reason: null,
          actor,
          epoch: attempt.epoch,
          patch: { startedAt: task.startedAt ?? clock() },
        });
      }
      return now;
    });
  }

  async function openAsk(attempt: Attempt, remote: RemoteAsk, actor: Actor): Promise<void> {
    const now = clock();
    const opened = await store.transaction(async (tx) => {
      const session = await tx.sessions.lock(attempt.sessionId);
      if (session.epoch !== attempt.epoch) return null;
      const { ask, opened: isNew } = await tx.asks.open({
        id: deps.secrets.uuid(),
        teamId: attempt.teamId,
        sessionId: attempt.sessionId,
        taskId: attempt.taskId,
        attemptId: attempt.id,
        ...remote,
        escalatesAt: expiryOf(now, deps.settings.askSlaSeconds),
        expiresAt: expiryOf(now, deps.settings.askExpirySeconds),
      });
      if (!isNew) return ask;
      await tx.events.append(attempt.sessionId, [
        {
          type: 'ask.opened',
          actor,
          payload: {
            askId: ask.id,
            attemptId: attempt.id,
            taskId: attempt.taskId,
            kind: ask.kind,
            title: ask.title,
            command: ask.command,
            question: ask.question,
            // All that a page needs to show it before it has loaded again.
            options: ask.options,
            paths: ask.paths,
            patterns: ask.patterns,
            permission: ask.permission,
            escalatesAt: ask.escalatesAt,
            expiresAt: ask.expiresAt,
          },
        },
      ]);
      // "For this session" was said of the same thing before, or a rule covers it: it is answered at once, before anybody is
      // bothered, and the timeline says by what.
      if (await allowedInSession(tx, ask)) {
        const by: Actor = { kind: 'system', teamId: attempt.teamId, name: 'session rule' };
        await settleAsk(tx, ask, { decision: 'once' }, { actor: by });
        return ask;
      }
      if ((await answerByRule(tx, session, ask)) !== null) return ask;
      // By the row: an answer has moved it since this run looked.
      if ((await tx.attempts.get(attempt.id))?.status !== 'waiting')
        await tx.attempts.update(
          attempt.id,
          { status: 'waiting' },
          { epoch: attempt.epoch, status: ['running', 'waiting'] },
        );
      await refreshAttention(tx, attempt.sessionId, actor);
      return ask;
    });
    if (opened) deps.nudge();
  }

  async function askGone(attempt: Attempt, remoteAskId: string, actor: Actor): Promise<void> {
    await store.transaction(async (tx) => {
      await tx.sessions.lock(attempt.sessionId);
      const mine = (await tx.asks.openOf(attempt.sessionId)).filter((ask) => ask.attemptId === attempt.id);
      const gone = mine.find((ask) => ask.remoteAskId === remoteAskId);
      if (!gone) return;
      await tx.asks.close({ id: gone.id }, 'superseded');
      await tx.events.append(attempt.sessionId, [
        { type: 'ask.superseded', actor, payload: { askId: gone.id, kind: gone.kind, title: gone.title } },
      ]);
      await refreshAttention(tx, attempt.sessionId, actor);
      // It waits for nobody any more; by the row, since an answer may have moved it.
      if (mine.length === 1 && (await tx.attempts.get(attempt.id))?.status === 'waiting')
        await tx.attempts.update(attempt.id, { status: 'running' }, { epoch: attempt.epoch, status: ['waiting'] });
    });
  }

  /** What the gateway metered is the truth; the runtime's own sums leave sub-agents out. */
  async function usage(attempt: Attempt, actor: Actor): Promise<void> {
    const metered = await store.modelCalls.ofAttempt(attempt.id);
    if (metered.calls === 0) return;
    await store.attempts.update(
      attempt.id,
      { usage: metered.usage, calls: metered.calls, callErrors: metered.errors },
      { epoch: attempt.epoch },
    );
    // Calls that used nothing are counted, not told: the timeline would fill with them.
    if (totalTokens(metered.usage) === 0 && metered.errors === 0) return;
    await append(attempt, {
      type: 'attempt.usage_reported',
      actor,
      payload: { ...ids(attempt), usage: metered.usage, calls: metered.calls, errors: metered.errors },
      dedupe: `${attempt.id}:usage:${totalTokens(metered.usage)}:${metered.errors}`,
    });
  }

  /** Open asks of the attempt that the runtime does not know (any more). */
  async function asksWithout(attempt: Attempt, remote: readonly RemoteAsk[]): Promise<string[]> {
    const known = new Set(remote.map((ask) => ask.remoteAskId));
    const open = await store.asks.openOf(attempt.sessionId);
    return open
      .filter((ask) => ask.attemptId === attempt.id && !known.has(ask.remoteAskId))
      .map((ask) => ask.remoteAskId);
  }

  return {
    started,
    asksWithout,
    askGone,
    usage,
    /** Everything but `started` and the end. */
    async tell(attempt: Attempt, event: RunEvent, actor: Actor): Promise<void> {
      switch (event.type) {
        case 'output_delta':
          deps.output({
            sessionId: attempt.sessionId,
            teamId: attempt.teamId,
            taskId: attempt.taskId,
            attemptId: attempt.id,
            partId: event.partId,
            text: event.text,
          });
          return;
        case 'output':
          return append(attempt, {
            type: 'attempt.output',
            actor,
            payload: { ...ids(attempt), kind: event.kind, text: event.text, partId: event.key },
            dedupe: `${attempt.id}:${event.key}`,
          });
        case 'tool_call': {
          const { key, type: _type, ...call } = event;
          await append(attempt, {
            type: 'attempt.tool_called',
            actor,
            payload: { ...ids(attempt), ...call },
            dedupe: `${attempt.id}:${key}`,
          });
          if (event.status === 'running' && event.tool === 'bash') deps.fault('mid_tool');
          return;
        }
        case 'file_changed':
          return append(attempt, {
            type: 'attempt.file_changed',
            actor,
            payload: { ...ids(attempt), path: event.path },
            dedupe: `${attempt.id}:${event.key}`,
          });
        case 'usage':
          return usage(attempt, actor);
        case 'ask':
          return openAsk(attempt, event.ask, actor);
        case 'ask_gone':
          return askGone(attempt, event.remoteAskId, actor);
        case 'progress':
          return append(attempt, {
            type: 'attempt.output',
            actor,
            payload: { ...ids(attempt), kind: 'progress', text: event.note },
            ...(event.key !== undefined && { dedupe: `${attempt.id}:${event.key}` }),
          });
        default:
          return;
      }
    },
  };
}

export type Recorder = ReturnType<typeof createRecorder>;

const ids = (attempt: Attempt) => ({ attemptId: attempt.id, taskId: attempt.taskId, epoch: attempt.epoch });
