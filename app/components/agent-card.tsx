import { Link } from 'react-router';
import type { Agent } from '../../server/domain/agent.ts';
import type { ExternalAgent } from '../../server/domain/external-agent.ts';
import { agentSign } from '../agent-status.ts';
import { percent, plural } from '../format.ts';
import { OutsideMark } from './external-facts.tsx';
import { Heartbeat } from './heartbeat.tsx';
import { LoadGauge } from './load-gauge.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Tier } from './tier.tsx';

/** A task an agent is at. */
export interface CurrentTask {
  readonly attemptId: string;
  readonly sessionSlug: string;
  readonly taskTitle: string;
}

/** One worker on its plate: whether it can work, how good its record is, how full it is and what it does now. */
export function AgentCard({
  agent,
  tasks,
  external = null,
}: {
  agent: Agent;
  tasks: readonly CurrentTask[];
  /** Of one that runs elsewhere. */
  external?: ExternalAgent | null;
}) {
  const { total } = agent.performance;
  return (
    <li
      data-row
      className="relative flex min-w-0 flex-col gap-3 border-b border-r border-line-1 p-3 focus-within:bg-surface-2 hover:bg-surface-2 lg:p-4"
    >
      <div className="flex items-start justify-between gap-2">
        <h2 className="min-w-0">
          <Link
            to={`/agents/${agent.name}`}
            className="block break-words font-data text-data font-bold after:absolute after:inset-0"
          >
            {agent.name}
          </Link>
          <span className="engraved block text-micro text-ink-3">{agent.type}</span>
        </h2>
        <StatusBadge sign={agentSign(agent)} />
      </div>
      <OutsideMark external={external} />
      <LoadGauge load={agent.load} />
      <dl className="grid grid-cols-3 gap-2 font-data text-micro">
        <Fact name="Tier">
          <Tier agent={agent} />
        </Fact>
        <Fact name="Overall">
          {percent(agent.performance.overall)}
          <span className="block text-ink-3">{total < 5 ? `${plural(total, 'attempt')}, assumed` : `of ${total}`}</span>
        </Fact>
        <Fact name="Heard">
          <Heartbeat at={agent.lastHeartbeatAt} />
        </Fact>
      </dl>
      {tasks.length > 0 && (
        <ul className="border-l-4 border-live pl-2">
          {tasks.map((task) => (
            <li key={task.attemptId} className="flex min-h-6 items-baseline gap-2 text-data">
              <Link
                to={`/sessions/${task.sessionSlug}`}
                className="relative z-10 inline-flex min-h-11 min-w-11 shrink-0 items-center font-data text-micro font-bold underline"
              >
                {task.sessionSlug}
              </Link>
              <span className="truncate">{task.taskTitle}</span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="engraved font-words text-micro text-ink-3">{name}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}
