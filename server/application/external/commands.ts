import type { AskAnswer } from '../../domain/ask.ts';
import { type AgentCommand, leaseHeartbeats } from '../../domain/external-agent.ts';
import type { Deps } from '../deps.ts';

/** What an agent is to be told now. Everything is repeated until it is over, so a lost answer loses nothing. */
export async function commandsFor(
  { store, settings }: Pick<Deps, 'store' | 'settings'>,
  agent: { id: string; draining: boolean },
): Promise<AgentCommand[]> {
  const commands: AgentCommand[] = agent.draining ? [{ type: 'drain' }] : [];
  const attemptIds = await store.external.takenAway(agent.id, leaseHeartbeats * settings.heartbeatSeconds);
  if (attemptIds.length > 0) commands.push({ type: 'abort', attemptIds });
  for (const { attemptId, turn, epoch } of await store.external.outstanding(agent.id))
    commands.push({ type: 'epoch', attemptId, epoch }, ...(await answersTo(store, attemptId, turn)));
  return commands;
}

/** People's answers to what was asked in this turn. */
export async function answersTo(store: Deps['store'], attemptId: string, turn: number): Promise<AgentCommand[]> {
  const asks = await store.external.asks(attemptId, turn);
  return asks.flatMap(({ event, answer }) =>
    answer === null ? [] : [{ type: 'answer' as const, attemptId, key: event.key, ...inWords(answer) }],
  );
}

function inWords(answer: AskAnswer): { decision: string | null; answers: string[]; message: string | null } {
  if ('answers' in answer) return { decision: null, answers: answer.answers, message: null };
  return { decision: answer.decision, answers: [], message: answer.message ?? null };
}
