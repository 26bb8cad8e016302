import type { WaitEdge } from '../../server/domain/lock.ts';
import { waitBox, waitPicture } from '../wait-picture.ts';
import { Scroller } from './scroller.tsx';

/** The wait-for graph, drawn; the list beside it says the same in words. */
export function WaitGraph({ edges, names }: { edges: readonly WaitEdge[]; names: Readonly<Record<string, string>> }) {
  const { boxes, lines, width, height } = waitPicture(edges);
  const holds = (owner: string) => edges.some(({ to, held }) => to === owner && held);
  return (
    <Scroller label="Who waits for whom, drawn" className="border-b border-line-1 p-3 lg:p-4">
      <svg
        viewBox={`-4 -4 ${width + 8} ${height + 8}`}
        width={width + 8}
        height={height + 8}
        role="img"
        aria-label={`${boxes.length} owners, ${edges.length} waits${lines.some(({ circle }) => circle) ? ', in a circle' : ''}; the list below names them`}
        className="block"
      >
        {lines.map(({ edge, path, label, circle }) => {
          const colour = circle ? 'var(--color-broken)' : 'var(--color-ink-2)';
          return (
            <g key={`${edge.waiter} ${edge.blocker} ${edge.resource}`}>
              <path
                d={path}
                fill="none"
                stroke={colour}
                strokeWidth={circle ? 4 : 2}
                strokeDasharray={edge.held ? undefined : '6 4'}
              />
              <text x={label.x} y={label.y} textAnchor="middle" fill={colour} className="font-data text-[12px]">
                {cut(names[edge.resource] ?? edge.resource, 13)}
              </text>
            </g>
          );
        })}
        {boxes.map(({ owner, x, y }) => (
          <g key={owner} transform={`translate(${x} ${y})`}>
            <rect
              width={waitBox.width}
              height={waitBox.height}
              fill="var(--color-surface-1)"
              stroke={holds(owner) ? 'var(--color-ink-1)' : 'var(--color-line-3)'}
              strokeWidth={holds(owner) ? 3 : 1}
            />
            <text x={10} y={19} fill="var(--color-ink-1)" className="font-data text-[12px] font-bold">
              {cut(owner, 23)}
            </text>
            <text x={10} y={35} fill="var(--color-ink-3)" className="font-words text-[12px]">
              {holds(owner) ? 'holds it' : 'waits'}
            </text>
            <title>{owner}</title>
          </g>
        ))}
      </svg>
      <p className="font-data text-micro text-ink-2">
        Left waits for right: solid for who holds it, dashed for who is ahead.
      </p>
    </Scroller>
  );
}

const cut = (text: string, length: number) => (text.length <= length ? text : `${text.slice(0, length - 1)}…`);
