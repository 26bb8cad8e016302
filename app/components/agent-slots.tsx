import clsx from 'clsx';
import { Link } from 'react-router';
import { type Agent, agentTypes } from '../../server/domain/agent.ts';
import type { OpenWork } from '../../server/domain/flow.ts';
import { agentSign } from '../agent-status.ts';
import { useClockStopped } from '../hooks/use-clock.tsx';
import { toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';

/** Past this many places they are counted, not drawn. */
const drawn = 8;

/** Agents × places: each taken place leads to the session it works for. */
export function AgentSlots({ agents, work }: { agents: readonly Agent[]; work: readonly OpenWork[] }) {
  const rows = agents.toSorted(
    (a, b) => agentTypes.indexOf(a.type) - agentTypes.indexOf(b.type) || a.name.localeCompare(b.name, 'en'),
  );
  return (
    <table className="w-full table-fixed border-collapse font-data text-micro">
      <caption className="sr-only">Agents and the places they have, taken and free</caption>
      <colgroup>
        <col className="w-[10rem]" />
        <col className="w-10" />
        <col />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th scope="col">Agent</th>
          <th scope="col">Load</th>
          <th scope="col">Places</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((agent) => (
          <Row key={agent.id} agent={agent} work={work.filter(({ agentId }) => agentId === agent.id)} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ agent, work }: { agent: Agent; work: readonly OpenWork[] }) {
  const stopped = useClockStopped();
  const sign = agentSign(agent);
  const { current, max } = agent.load;
  const free = Math.max(0, max - work.length);
  const quiet = sign.tone === 'done' || sign.tone === 'quiet';
  return (
    <tr className="h-11 border-b border-line-1 lg:h-[1.375rem] pointer-coarse:h-11">
      <th scope="row" className="p-0 text-left font-normal">
        <Link
          to={`/agents/${agent.name}`}
          title={`${sign.word}: ${sign.meaning}`}
          className="flex h-full min-h-11 items-center gap-1.5 pl-3 hover:bg-surface-2 focus-visible:-outline-offset-2 lg:min-h-[inherit] lg:pl-4 pointer-coarse:min-h-11"
        >
          <span className={quiet ? 'text-ink-3' : toneText[sign.tone]}>
            <Glyph name={sign.glyph} size={10} />
          </span>
          <span className="truncate">{agent.name.replace(/^AGENT-/, '')}</span>
          <span className="sr-only">, {sign.word}</span>
        </Link>
      </th>
      <td className={clsx('px-0 text-right', current > max && 'text-broken', stopped && 'line-through')}>
        {current}/{max}
      </td>
      <td className="py-0 pr-3 pl-2 lg:pr-4">
        {max > drawn ? (
          <span className="text-ink-3">{free} free</span>
        ) : (
          <span className="flex gap-0.5">
            {work.slice(0, drawn).map((one) => (
              <Link
                key={one.attemptId}
                to={`/sessions/${one.sessionSlug}`}
                title={`${one.sessionSlug}: ${one.taskTitle}, ${one.status}`}
                className={clsx(
                  'block h-4 min-w-3 flex-1',
                  one.status === 'waiting' ? 'bg-waiting' : one.status === 'running' ? 'bg-live' : 'bg-stream',
                )}
              >
                <span className="sr-only">
                  {one.sessionSlug}, {one.status}
                </span>
              </Link>
            ))}
            {Array.from({ length: Math.min(free, drawn) }, (_, place) => (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: a free place is its place
                key={place}
                aria-hidden="true"
                className="block h-4 min-w-3 flex-1 border border-line-1"
              />
            ))}
          </span>
        )}
      </td>
    </tr>
  );
}
