import type { Actor } from '../../domain/actor.ts';
import { attemptEnded } from '../../domain/attempt.ts';
import { DomainError, type FieldIssue, invalid, invalidFromZod } from '../../domain/errors.ts';
import { fencedBlocks, unknownTargets } from '../../domain/rehearsal.ts';
import { isExecuting, isTerminal, type Session } from '../../domain/session.ts';
import { type PromptInput, promptInput } from '../../domain/session-input.ts';
import { endedSentence } from '../../domain/session-life.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import type { InjectedPrompt } from '../work-port.ts';
import { findSession, personOf } from './find.ts';

/**
 * Keeps a person's prompt until the run it is for idles (api.md, prompt): at once when it runs, at the next run when it
 * is paused or queued. An ended session takes none.
 */
export async function injectPrompt(deps: Deps, actor: Actor, ref: string, raw: unknown): Promise<InjectedPrompt> {
  const found = await findSession(deps, actor, ref, 'session.command');
  const parsed = promptInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const prompt = await deps.store.transaction(async (tx) =>
    keepPrompt(deps, tx, actor, await tx.sessions.lock(found.id), parsed.data),
  );
  deps.nudge();
  return prompt;
}

/** The same on a session whose row is locked, as a part of something larger. */
export async function keepPrompt(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  session: Session,
  input: PromptInput,
): Promise<InjectedPrompt> {
  const { secrets } = deps;
  refuseScript(deps.checkRehearsal(input.text));
  if (isTerminal(session.status)) {
    throw new DomainError('INVALID_TRANSITION', endedSentence(session.status), {
      details: { from: session.status, to: session.status, allowed: [] },
    });
  }
  const tasks = await tx.tasks.bySession(session.id);
  const keys = tasks.map(({ key }) => key);
  // Before the plan is made nobody knows its keys.
  if (keys.length > 0) refuseScript(unknownTargets(fencedBlocks(input.text), keys));
  const named = tasks.find((task) => task.id === input.taskId);
  if (input.taskId && !named) throw invalid([{ path: 'taskId', message: 'There is no such task in this session.' }]);
  // It would be kept for a run that never comes.
  if (named?.status === 'completed')
    throw invalid([{ path: 'taskId', message: 'That task is completed and runs no more.' }]);
  // What is being verified has idled already: its task takes no more prompts, the next one does.
  const open = (await tx.attempts.bySession(session.id)).filter(
    ({ status }) => !attemptEnded(status) && status !== 'verifying',
  );
  if (!input.taskId && isExecuting(session.status) && open.length > 1) {
    throw invalid([{ path: 'taskId', message: `${open.length} tasks are running; name the one the prompt is for.` }]);
  }
  const ids = secrets.remoteMessageIds();
  const kept = await tx.prompts.insert({
    id: secrets.uuid(),
    teamId: session.teamId,
    sessionId: session.id,
    taskId: input.taskId ?? open[0]?.taskId ?? null,
    attemptId: null,
    text: input.text,
    remoteMessageId: ids.messageId,
    remotePartId: ids.partId,
    createdBy: personOf(actor),
  });
  await tx.events.append(session.id, [
    { type: 'prompt.injected', actor, payload: { promptId: kept.id, taskId: kept.taskId, text: kept.text } },
  ]);
  await tx.audit.append({
    teamId: session.teamId,
    actor,
    action: 'session.prompt',
    subject: { kind: 'session', id: session.id },
    after: { promptId: kept.id },
  });
  return kept;
}

function refuseScript(issues: readonly FieldIssue[]): void {
  if (issues.length > 0)
    throw invalid(issues.map((issue) => ({ ...issue, path: issue.path.replace(/^prompt/, 'text') })));
}
