import { type Edge, MarkerType, type Node, Position } from '@xyflow/react';
import { dashes, type GraphLine, type GraphNode, nodeSize } from './task-graph-model.ts';

/** What a press of a node does. */
export interface Hands {
  readonly onSelect: (taskId: string | null) => void;
  readonly onFold: (taskId: string) => void;
}

/** A task as the drawing library takes it. */
export function flowNode(node: GraphNode, selected: boolean, atHand: boolean, hands: Hands): Node {
  const { width, height } = nodeSize;
  return {
    id: node.task.id,
    type: 'task',
    position: { x: node.x, y: node.y },
    data: { of: node, selected, atHand, ...hands },
    width,
    height,
    // Named for the server, which cannot measure where the handles are.
    handles: [
      { type: 'target', position: Position.Left, x: 0, y: height / 2, width: 1, height: 1 },
      { type: 'source', position: Position.Right, x: width, y: height / 2, width: 1, height: 1 },
      { id: 'above', type: 'target', position: Position.Top, x: width / 2, y: 0, width: 1, height: 1 },
      { id: 'below', type: 'source', position: Position.Bottom, x: width / 2, y: height, width: 1, height: 1 },
    ],
  };
}

/** A line as the drawing library takes it: its kind is told by the dash, its weight by the width. */
export function edgeOf(line: GraphLine): Edge {
  const color = colorOf(line);
  return {
    id: line.id,
    source: line.from,
    target: line.to,
    type: 'straight',
    ...(line.type === 'collision' ? { sourceHandle: 'below', targetHandle: 'above' } : {}),
    label: line.label === '' ? undefined : line.label,
    style: {
      stroke: color,
      strokeWidth: line.critical ? 4 : line.required ? 2 : 1,
      strokeDasharray: dashes[line.type],
    },
    labelStyle: { fill: 'var(--color-ink-1)', fontFamily: 'var(--font-data)', fontSize: 12 },
    labelBgStyle: { fill: 'var(--color-surface-0)' },
    ...(line.type === 'part_of' || line.type === 'collision'
      ? {}
      : { markerEnd: { type: MarkerType.ArrowClosed, color, width: 22, height: 22, markerUnits: 'userSpaceOnUse' } }),
  };
}

function colorOf(line: GraphLine): string {
  if (line.type === 'collision') return 'var(--color-caution)';
  if (line.critical) return 'var(--color-ink-1)';
  return line.required ? 'var(--color-line-3)' : 'var(--color-line-2)';
}
