import { ViewportPortal } from '@xyflow/react';
import { type Tone, taskSigns, toneColor } from '../status.ts';
import { type GraphLine, type GraphNode, nodeSize } from './task-graph-model.ts';
import type { Drawn } from './task-graph-view.ts';

const { width, height } = nodeSize;

/**
 * What is not drawn in full: every task by the shape and colour of its state, and the lines, in one path of a kind however
 * many there are. Lines keep their width from afar, where they would vanish.
 */
export function TaskGraphRest({ drawn: { nodes, outlines, strokes }, zoom }: { drawn: Drawn; zoom: number }) {
  if (outlines.length === 0 && strokes.length === 0) return null;
  const places = new Map([...nodes, ...outlines].map((node) => [node.task.id, node]));
  const [critical, plain] = [strokes.filter((line) => line.critical), strokes.filter((line) => !line.critical)];
  return (
    <ViewportPortal>
      <svg
        aria-hidden="true"
        data-rest=""
        // Below the boxes, whose words it must not cross out.
        className="absolute left-0 top-0 z-[-1] overflow-visible"
        width="1"
        height="1"
      >
        <path d={linesOf(plain, places)} stroke="var(--color-line-2)" strokeWidth={1 / zoom} fill="none" />
        <path d={linesOf(critical, places)} stroke="var(--color-ink-1)" strokeWidth={2 / zoom} fill="none" />
        <path
          d={outlines.map((node) => box(node, 0)).join('')}
          stroke="var(--color-line-3)"
          strokeWidth={1 / zoom}
          fill="var(--color-surface-1)"
        />
        {[...Map.groupBy(outlines, ({ task }) => taskSigns[task.status].tone)].map(([tone, of]) => (
          <path key={tone} d={of.map((node) => box(node, filledFrom[tone])).join('')} fill={toneColor[tone]} />
        ))}
      </svg>
    </ViewportPortal>
  );
}

/** How far down a box is empty: hollow while it waits, half full when done, full while something is the matter or goes on. */
const filledFrom: Record<Tone, number> = { quiet: 1, done: 0.5, live: 0, stream: 0, caution: 0, waiting: 0, broken: 0 };

function box({ x, y }: GraphNode, from: number): string {
  return from === 1 ? '' : `M${x} ${y + height * from}h${width}v${height * (1 - from)}h${-width}z`;
}

function linesOf(lines: readonly GraphLine[], places: ReadonlyMap<string, GraphNode>): string {
  return lines
    .map((line) => {
      const [from, to] = [places.get(line.from), places.get(line.to)];
      if (from === undefined || to === undefined) return '';
      return `M${from.x + width} ${from.y + height / 2}L${to.x} ${to.y + height / 2}`;
    })
    .join('');
}
