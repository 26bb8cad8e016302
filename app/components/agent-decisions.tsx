import { Link } from 'react-router';
import { rankingOf } from '../routing-candidates.ts';
import { Age } from './age.tsx';
import { RoutingDecision } from './routing-decision.tsx';

/** A stored decision that the agent was a candidate of. */
export interface AgentDecision {
  readonly id: string;
  readonly sessionSlug: string;
  readonly taskId: string;
  readonly taskTitle: string;
  readonly selectedAgentId: string | null;
  readonly sentence: string;
  readonly candidates: readonly unknown[];
  readonly createdAt: Date;
}

/** Why it was chosen, and why not: one line a decision, which opens to the whole of it. */
export function AgentDecisions({ agentId, decisions }: { agentId: string; decisions: readonly AgentDecision[] }) {
  if (decisions.length === 0) {
    return <p className="px-3 py-4 text-ink-2 lg:px-4">It was a candidate of no decision yet.</p>;
  }
  return (
    <ul>
      {decisions.map((decision) => (
        <li key={decision.id} className="border-b border-line-1">
          <details>
            <summary className="flex min-h-11 flex-col justify-center gap-1 px-3 py-2 hover:bg-surface-2 lg:px-4">
              <span className="flex flex-wrap items-baseline gap-x-3 font-data text-data">
                <span className="font-bold">{outcome(agentId, decision)}</span>
                <span className="text-ink-3">
                  <Age since={decision.createdAt} /> ago
                </span>
              </span>
              <span className="text-data text-ink-2">
                {decision.sessionSlug} · {decision.taskTitle}
              </span>
            </summary>
            <RoutingDecision
              sentence={decision.sentence}
              selected={decision.selectedAgentId}
              candidates={decision.candidates}
              caption={`Candidates for ${decision.taskTitle}`}
            />
            <p className="px-3 py-2 lg:px-4">
              <Link
                to={`/sessions/${decision.sessionSlug}/tasks?task=${decision.taskId}`}
                className="inline-flex min-h-11 items-center underline"
              >
                Open the task in {decision.sessionSlug}
              </Link>
            </p>
          </details>
        </li>
      ))}
    </ul>
  );
}

/** `CHOSEN with 0.912`, `not: is draining`, `not: 0.850, 0.062 behind AGENT-X`. */
export function outcome(
  agentId: string,
  { selectedAgentId, candidates }: Pick<AgentDecision, 'selectedAgentId' | 'candidates'>,
): string {
  const { fitting, removed } = rankingOf(candidates, selectedAgentId);
  const own = fitting.find((one) => one.agentId === agentId);
  const best = fitting.find((one) => one.agentId === selectedAgentId);
  if (own === undefined) return `not: ${removed.find((one) => one.agentId === agentId)?.removedBy ?? 'was left out'}`;
  if (own === best) return `CHOSEN with ${own.score.toFixed(3)}`;
  if (best === undefined) return `not: ${own.score.toFixed(3)}, and nobody was chosen`;
  const behind = best.score - own.score;
  return behind < 0.0005
    ? `not: ${own.score.toFixed(3)}, equal with ${best.name}`
    : `not: ${own.score.toFixed(3)}, ${behind.toFixed(3)} behind ${best.name}`;
}
