import clsx from 'clsx';
import { useState } from 'react';
import { Link } from 'react-router';
import type { Agent } from '../../server/domain/agent.ts';
import { byWeight, type Handover, type Handovers } from '../../server/domain/handover.ts';
import { agentSign } from '../agent-status.ts';
import { date, plural } from '../format.ts';
import { type RadialChord, type RadialPlace, radialLayout, weightOf } from '../radial-layout.ts';
import { toneColor } from '../status.ts';
import { Panel } from './page.tsx';
import { Scroller } from './scroller.tsx';
import { Empty } from './states.tsx';
import { Cell, Table } from './ui/table.tsx';

interface RadialProps {
  agents: readonly Agent[];
  data: Handovers;
}

/** The Radial Orchestrator: the agents in a circle, what they hand on as chords, how full each is; the same as a table. */
export function Radial({ agents, data }: RadialProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const names = new Map(agents.map(({ id, name }) => [id, name]));
  const handovers = byWeight(data.handovers.filter(({ from, to }) => names.has(from) && names.has(to)));
  if (data.shares.length === 0)
    return (
      <Empty title="No attempt has ended in the last 30 days." action={{ to: '/sessions/new', words: 'New session' }}>
        Who hands work to whom is drawn from attempts that ended: results that others built on, and tasks taken over.
      </Empty>
    );
  return (
    <div className="grid gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)]">
      <Panel title="Radial orchestrator" aside={`since ${date(data.since)}`}>
        <Picture agents={agents} data={data} handovers={handovers} chosen={chosen} onChoose={setChosen} />
        <ul
          aria-label="Legend"
          className="flex flex-wrap gap-x-6 gap-y-1 px-3 pb-3 font-data text-micro text-ink-2 lg:px-4"
        >
          <li>
            <span aria-hidden="true" className="mr-2 inline-block w-6 border-t-2 border-ink-3 align-middle" />
            built on a result
          </li>
          <li>
            <span
              aria-hidden="true"
              className="mr-2 inline-block w-6 border-t-2 border-dashed border-caution align-middle"
            />
            took a task over
          </li>
          <li>
            <span aria-hidden="true" className="mr-2 inline-block w-6 border-t-4 border-live align-middle" />
            places taken now
          </li>
        </ul>
      </Panel>
      <Panel title="Hand-overs" aside={plural(handovers.length, 'pair')}>
        {handovers.length === 0 ? (
          <p className="px-3 py-4 text-ink-2 lg:px-4">
            Every task was done by the agent it came to, and none waited for another agent&apos;s.
          </p>
        ) : (
          <Scroller label="Hand-overs as a table" className="max-h-[40rem]">
            <Table
              caption="Who handed work to whom in the last 30 days"
              columns={[
                { words: 'From' },
                { words: 'To' },
                { words: 'Results', end: true },
                { words: 'Taken over', end: true },
              ]}
            >
              {handovers.map((one) => (
                <tr
                  key={`${one.from} ${one.to}`}
                  data-row
                  className={clsx(
                    'border-b border-line-1 font-data text-data',
                    chosen !== null && one.from !== chosen && one.to !== chosen && 'text-ink-3',
                  )}
                >
                  <Cell className="break-words">
                    <Link to={`/agents/${names.get(one.from)}`} className="inline-flex min-h-11 items-center underline">
                      {names.get(one.from)}
                    </Link>
                  </Cell>
                  <Cell className="break-words">{names.get(one.to)}</Cell>
                  <Cell end>{one.flowed}</Cell>
                  <Cell end className={one.rerouted > 0 ? 'text-caution' : ''}>
                    {one.rerouted}
                  </Cell>
                </tr>
              ))}
            </Table>
          </Scroller>
        )}
      </Panel>
    </div>
  );
}

interface PictureProps extends RadialProps {
  handovers: readonly Handover[];
  chosen: string | null;
  onChoose: (id: string | null) => void;
}

function Picture({ agents, data, handovers, chosen, onChoose }: PictureProps) {
  const layout = radialLayout(
    agents.map(({ id }) => id),
    handovers,
  );
  const { size, centre } = layout;
  const given = data.shares.reduce((sum, share) => sum + share.given, 0);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture whose parts are links is a group, and no fieldset
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="group"
      aria-label="Agents and what they hand on"
      className="mx-auto block w-full max-w-3xl lg:max-h-[calc(100dvh-24.5rem)] lg:min-h-96"
    >
      {layout.places.map((place) => {
        const share = data.shares.find(({ agentId }) => agentId === place.id)?.given ?? 0;
        return (
          <line
            key={place.id}
            x1={centre}
            y1={centre}
            x2={place.x}
            y2={place.y}
            stroke="var(--color-line-1)"
            strokeWidth={share === 0 ? 0.5 : 1 + 7 * (share / given)}
          />
        );
      })}
      {layout.chords.map((chord) => (
        <Chord key={chord.path} chord={chord} chosen={chosen} />
      ))}
      <rect
        x={centre - 58}
        y={centre - 24}
        width={116}
        height={48}
        fill="var(--color-surface-0)"
        stroke="var(--color-line-3)"
        strokeWidth={2}
      />
      <text
        x={centre}
        y={centre - 3}
        textAnchor="middle"
        fill="var(--color-ink-1)"
        className="font-data text-[15px] font-bold"
      >
        {given}
      </text>
      <text x={centre} y={centre + 14} textAnchor="middle" fill="var(--color-ink-2)" className="font-words text-[12px]">
        attempts given
      </text>
      {layout.places.map((place) => {
        const agent = agents.find(({ id }) => id === place.id);
        return agent === undefined ? null : (
          <Node
            key={place.id}
            agent={agent}
            place={place}
            node={layout.node}
            centre={centre}
            share={data.shares.find(({ agentId }) => agentId === place.id) ?? { given: 0, failed: 0 }}
            dim={
              chosen !== null &&
              chosen !== place.id &&
              !handovers.some(
                ({ from, to }) => (from === chosen && to === place.id) || (to === chosen && from === place.id),
              )
            }
            onChoose={onChoose}
          />
        );
      })}
    </svg>
  );
}

function Chord({ chord, chosen }: { chord: RadialChord; chosen: string | null }) {
  const { handover, path, width, tip } = chord;
  const near = chosen === null || handover.from === chosen || handover.to === chosen;
  const colour = handover.rerouted > 0 ? 'var(--color-caution)' : 'var(--color-ink-3)';
  return (
    <g opacity={near ? 1 : 0.15}>
      <path
        d={path}
        fill="none"
        stroke={colour}
        strokeWidth={width}
        strokeDasharray={handover.rerouted > 0 ? '8 4' : undefined}
      />
      <path
        d={`M 0 0 L ${-6 - width} ${-3 - width / 2} L ${-6 - width} ${3 + width / 2} Z`}
        fill={colour}
        transform={`translate(${tip.x} ${tip.y}) rotate(${tip.turn})`}
      />
      {chosen !== null && near && (
        <text
          x={tip.x}
          y={tip.y}
          dx={-Math.cos((tip.turn * Math.PI) / 180) * 26}
          dy={-Math.sin((tip.turn * Math.PI) / 180) * 26 + 4}
          textAnchor="middle"
          fill="var(--color-ink-1)"
          stroke="var(--color-surface-0)"
          strokeWidth={4}
          paintOrder="stroke"
          className="font-data text-[13px] font-bold"
        >
          {weightOf(handover)}
        </text>
      )}
    </g>
  );
}

interface NodeProps {
  agent: Agent;
  place: RadialPlace;
  node: number;
  centre: number;
  share: { given: number; failed: number };
  dim: boolean;
  onChoose: (id: string | null) => void;
}

function Node({ agent, place, node, centre, share, dim, onChoose }: NodeProps) {
  const sign = agentSign(agent);
  const { current, max } = agent.load;
  const ring = 2 * Math.PI * node;
  const taken = Math.min(1, max === 0 ? 0 : current / max);
  const below = place.y >= centre;
  return (
    <Link
      to={`/agents/${agent.name}`}
      aria-description={`${agent.name}: ${sign.word}, ${current} of ${max} places taken, ${plural(share.given, 'attempt')} given, ${share.failed} failed`}
      onFocus={() => onChoose(agent.id)}
      onBlur={() => onChoose(null)}
      onPointerEnter={() => onChoose(agent.id)}
      onPointerLeave={() => onChoose(null)}
      className="group outline-none"
    >
      <g transform={`translate(${place.x} ${place.y})`} opacity={dim ? 0.5 : 1}>
        <circle r={node + 12} fill="transparent" />
        <circle r={node} fill="var(--color-surface-0)" stroke="var(--color-line-2)" strokeWidth={4} />
        <circle
          r={node}
          fill="none"
          stroke={current > max ? 'var(--color-broken)' : 'var(--color-live)'}
          strokeWidth={6}
          strokeDasharray={`${ring * taken} ${ring}`}
          transform="rotate(-90)"
        />
        <circle
          r={node + 6}
          fill="none"
          stroke="var(--color-ink-1)"
          strokeWidth={3}
          className="opacity-0 group-focus-visible:opacity-100"
        />
        <text
          y={below ? node + 22 : -node - 12}
          textAnchor="middle"
          fill="var(--color-ink-1)"
          className="font-data text-[12px]"
        >
          {`${agent.name.replace(/^AGENT-/, '')} `}
        </text>
        <text
          y={below ? node + 37 : -node - 27}
          textAnchor="middle"
          fill={share.failed > 0 ? 'var(--color-broken)' : 'var(--color-ink-3)'}
          className="font-data text-[11px]"
        >
          {share.failed > 0 ? `${share.failed} failed` : sign.word.toLowerCase()}
        </text>
        <text y={5} textAnchor="middle" fill={toneColor[sign.tone]} className="font-data text-[14px] font-bold">
          {` ${share.given}`}
        </text>
      </g>
    </Link>
  );
}
