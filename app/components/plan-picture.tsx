import { type PictureEdge, type PictureTask, pictureOf, pictureSizes, pictureWords } from '../plan-picture.ts';
import { dashes } from './task-graph-model.ts';

interface PlanPictureProps {
  tasks: readonly PictureTask[];
  edges: readonly PictureEdge[];
  criticalPath?: readonly string[];
  size?: keyof typeof pictureSizes;
}

/** A plan as a still picture, drawn on the server: columns from left to right, the critical path heavier. */
export function PlanPicture({ tasks, edges, criticalPath = [], size = 'small' }: PlanPictureProps) {
  const box = pictureSizes[size];
  const large = size === 'large';
  const { nodes, lines, width, height, down } = pictureOf(tasks, edges, criticalPath, box, !large);
  return (
    <svg
      viewBox={`-2 -2 ${width + 4} ${height + 4}`}
      width={width + 4}
      height={height + 4}
      role="img"
      aria-label={`Plan: ${pictureWords(tasks, edges)}`}
      className={large ? 'block' : 'block h-auto max-w-full'}
    >
      {lines.map((line) => (
        <g
          key={`${line.from} ${line.to} ${line.type}`}
          stroke={line.critical ? 'var(--color-ink-1)' : 'var(--color-line-3)'}
        >
          <line
            x1={line.x1}
            y1={line.y1}
            x2={line.x2}
            y2={line.y2}
            strokeWidth={line.critical ? 3 : line.required ? 1.5 : 1}
            strokeDasharray={dashes[line.type]}
          />
          <path
            d={`M${line.x2} ${line.y2}${down ? 'l-4 -7h8z' : 'l-7 -4v8z'}`}
            strokeWidth={0}
            fill={line.critical ? 'var(--color-ink-1)' : 'var(--color-line-3)'}
          />
        </g>
      ))}
      {nodes.map((node) => (
        <g key={node.key} transform={`translate(${node.x} ${node.y})`}>
          <rect
            width={box.width}
            height={box.height}
            fill="var(--color-surface-1)"
            stroke={node.critical ? 'var(--color-ink-1)' : 'var(--color-line-3)'}
            strokeWidth={node.critical ? 2 : 1}
          />
          <text
            x={8}
            y={large ? 20 : 17}
            fill="var(--color-ink-1)"
            fontFamily="var(--font-data)"
            fontSize={12}
            fontWeight={large ? 700 : 400}
          >
            {cut(node.key, large ? 25 : 12)}
          </text>
          {large && (
            <>
              <text x={8} y={37} fill="var(--color-ink-2)" fontFamily="var(--font-words)" fontSize={13}>
                {cut(node.title ?? '', 32)}
              </text>
              <text x={8} y={54} fill="var(--color-ink-3)" fontFamily="var(--font-data)" fontSize={12}>
                {`${node.hours === undefined ? '' : `${node.hours.toFixed(1)} h`}${node.critical ? ' · critical' : ''}`}
              </text>
            </>
          )}
          <title>{node.title === undefined ? node.key : `${node.key}: ${node.title}`}</title>
        </g>
      ))}
    </svg>
  );
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
