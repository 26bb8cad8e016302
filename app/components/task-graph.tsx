import '@xyflow/react/dist/base.css';
import {
  type Edge,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  Panel,
  Position,
  ReactFlow,
  useReactFlow,
} from '@xyflow/react';
import clsx from 'clsx';
import { memo, useMemo } from 'react';
import type { Task } from '../../server/domain/task.ts';
import { taskSigns, toneBlock, toneRule, toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';
import { dashes, type GraphData, type GraphLine, type GraphNode, graphModel, nodeSize } from './task-graph-model.ts';
import { reasonText, waitsForPath } from './task-words.ts';
import { Button } from './ui/button.tsx';

type TaskNode = Node<{ of: GraphNode }, 'task'>;

interface TaskGraphProps extends GraphData {
  selected: string | null;
  onSelect: (taskId: string | null) => void;
}

const nodeTypes = { task: memo(TaskBox) };
// The size of the first paint, before the browser has measured: the server draws with it.
const firstPaint = { width: 1080, height: 480 };

/** The graph as a picture: columns from left to right, states live, the critical path drawn heavier. */
export function TaskGraph({ tasks, edges, criticalPath, collisions, selected, onSelect }: TaskGraphProps) {
  const model = useMemo(
    () => graphModel({ tasks, edges, criticalPath, collisions }),
    [tasks, edges, criticalPath, collisions],
  );
  const nodes = useMemo(() => model.nodes.map((node) => nodeOf(node, selected)), [model, selected]);
  const lines = useMemo(() => model.lines.map(edgeOf), [model]);
  return (
    <ReactFlow
      {...firstPaint}
      nodes={nodes}
      edges={lines}
      nodeTypes={nodeTypes}
      onNodeClick={(_event, node) => onSelect(node.id)}
      onPaneClick={() => onSelect(null)}
      onSelectionChange={({ nodes: chosen }) => chosen[0] !== undefined && onSelect(chosen[0].id)}
      fitView
      fitViewOptions={{ padding: 0.1, maxZoom: 1 }}
      minZoom={0.1}
      maxZoom={2}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      onlyRenderVisibleElements={tasks.length > 100}
      zoomOnScroll={false}
      preventScrolling={false}
      proOptions={{ hideAttribution: true }}
      aria-label="Task graph"
      className="[--xy-background-color:var(--color-surface-0)] [--xy-edge-stroke:var(--color-line-3)]"
    >
      <Zoom />
    </ReactFlow>
  );
}

function nodeOf(node: GraphNode, selected: string | null): TaskNode {
  const { task, x, y, critical, group } = node;
  const { width, height } = nodeSize;
  return {
    id: task.id,
    type: 'task',
    position: { x, y },
    data: { of: node },
    width,
    height,
    selected: task.id === selected,
    // Named for the server, which cannot measure where the handles are.
    handles: [
      { type: 'target', position: Position.Left, x: 0, y: height / 2, width: 1, height: 1 },
      { type: 'source', position: Position.Right, x: width, y: height / 2, width: 1, height: 1 },
      { id: 'above', type: 'target', position: Position.Top, x: width / 2, y: 0, width: 1, height: 1 },
      { id: 'below', type: 'source', position: Position.Bottom, x: width / 2, y: height, width: 1, height: 1 },
    ],
    ariaLabel: describe(task, critical, group),
  };
}

function edgeOf(line: GraphLine): Edge {
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

function describe(task: Task, critical: boolean, group: boolean): string {
  const marks = [
    group ? 'group' : '',
    critical ? 'on the critical path' : '',
    task.optional ? 'optional' : '',
    waitsForPath(task) ? reasonText(task.reason ?? '') : '',
  ];
  return [
    `Task ${task.key}: ${task.title}, ${taskSigns[task.status].word}`,
    ...marks.filter((mark) => mark !== ''),
  ].join(', ');
}

function TaskBox({ data, selected }: NodeProps<TaskNode>) {
  const { task, critical, group } = data.of;
  const sign = taskSigns[task.status];
  return (
    <div
      className={clsx(
        'flex h-full flex-col border-2 bg-surface-1 text-left',
        sign.inverse ? toneRule[sign.tone] : critical ? 'border-ink-1' : 'border-line-2',
        selected && 'outline-4 outline-offset-2 outline-ink-1',
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} className="opacity-0" />
      <p
        className={clsx(
          'flex items-center justify-between gap-2 px-2 font-data text-micro font-bold leading-6',
          sign.inverse ? toneBlock[sign.tone] : ['bg-surface-2', toneText[sign.tone]],
        )}
      >
        <span className="flex items-center gap-1.5">
          <Glyph name={sign.glyph} size={12} />
          {sign.word}
        </span>
        <span className="truncate">{task.key}</span>
      </p>
      <p className="line-clamp-2 flex-1 px-2 pt-1 text-data leading-5 text-ink-1">{task.title}</p>
      {waitsForPath(task) ? (
        <p className="truncate px-2 font-data text-micro leading-5 text-caution">{reasonText(task.reason ?? '')}</p>
      ) : (
        <p className="flex justify-between gap-2 px-2 font-data text-micro leading-5 text-ink-3">
          <span>{group ? 'group' : `${task.estimate.expected.toFixed(1)} h`}</span>
          <span className={clsx(critical && 'font-bold text-ink-1')}>
            {critical ? 'critical' : task.optional ? 'optional' : ''}
          </span>
          <span>{task.attemptCount > 0 ? `try ${task.attemptCount}` : ''}</span>
        </p>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} className="opacity-0" />
      <Handle id="above" type="target" position={Position.Top} isConnectable={false} className="opacity-0" />
      <Handle id="below" type="source" position={Position.Bottom} isConnectable={false} className="opacity-0" />
    </div>
  );
}

function Zoom() {
  const { zoomIn, zoomOut, fitView } = useReactFlow();
  return (
    <Panel position="top-right" className="js-only flex gap-1">
      <Button aria-label="Zoom out" onClick={() => void zoomOut()}>
        −
      </Button>
      <Button aria-label="Zoom in" onClick={() => void zoomIn()}>
        +
      </Button>
      <Button onClick={() => void fitView({ padding: 0.1, maxZoom: 1 })}>Fit</Button>
    </Panel>
  );
}
