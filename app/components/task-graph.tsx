import { Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type Viewport } from '@xyflow/react';
import './task-graph.css';
import { type KeyboardEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useHydrated } from '../hooks/use-hydrated.ts';
import { edgeOf, flowNode } from './task-graph-flow.ts';
import { TaskGraphMap } from './task-graph-map.tsx';
import { type GraphData, type GraphModel, graphModel, nodeSize } from './task-graph-model.ts';
import { nodeId, TaskBox } from './task-graph-node.tsx';
import { TaskGraphRest } from './task-graph-rest.tsx';
import { centred, drawnPart, firstView, type Size, type View, walk, wholeView } from './task-graph-view.ts';
import { Button } from './ui/button.tsx';

interface TaskGraphProps extends GraphData {
  selected: string | null;
  onSelect: (taskId: string | null) => void;
  /** Folds a group, or unfolds it. */
  onFold: (taskId: string) => void;
}

const nodeTypes = { task: TaskBox };
// The size of the first paint, before the browser has measured: the server draws with it.
const firstPaint: Size = { width: 640, height: 420 };

/** The graph as a picture: columns from left to right, states live, the critical path drawn heavier. */
export function TaskGraph({ selected, onSelect, onFold, ...data }: TaskGraphProps) {
  const { tasks, edges, criticalPath, collisions, folded } = data;
  const model = useMemo(
    () => graphModel({ tasks, edges, criticalPath, collisions, folded }),
    [tasks, edges, criticalPath, collisions, folded],
  );
  // What the server draws, and the browser first: before anything is measured.
  const [first] = useState(() => {
    const view = firstView(model, firstPaint);
    const drawn = drawnPart(model, view, firstPaint, new Set());
    const at = selected ?? model.nodes[0]?.task.id;
    const hands = { onSelect, onFold };
    return {
      view,
      nodes: drawn.nodes.map((node) => flowNode(node, node.task.id === selected, node.task.id === at, hands)),
      edges: drawn.lines.map(edgeOf),
    };
  });
  return (
    <ReactFlowProvider
      initialNodes={first.nodes}
      initialEdges={first.edges}
      initialWidth={firstPaint.width}
      initialHeight={firstPaint.height}
    >
      <Picture model={model} firstLook={first.view} selected={selected} onSelect={onSelect} onFold={onFold} />
    </ReactFlowProvider>
  );
}

/** Drawn smaller, the words of a task cannot be read: its key and its state take the whole box instead. */
const legible = 0.75;

interface PictureProps extends Pick<TaskGraphProps, 'selected' | 'onSelect' | 'onFold'> {
  model: GraphModel;
  firstLook: View;
}

function Picture({ model, firstLook, selected, onSelect, onFold }: PictureProps) {
  const { size, measured, view, look, moved } = useView(model, firstLook);
  const hand = useHand(model, selected, { size, view, look }, { onSelect, onFold });
  const keep = useMemo(() => new Set([hand.at, selected].filter((id) => id !== null)), [hand.at, selected]);
  // The window moves with every frame of a drag; what is drawn changes only every few hundred pixels.
  const step = 160;
  const coarse = [Math.round(view.x / step) * step, Math.round(view.y / step) * step] as const;
  const drawn = useMemo(
    () => drawnPart(model, { x: coarse[0], y: coarse[1], zoom: view.zoom }, size, keep),
    [model, coarse[0], coarse[1], view.zoom, size, keep],
  );
  const nodes = useMemo(
    () =>
      drawn.nodes.map((node) =>
        flowNode(node, node.task.id === selected, node.task.id === hand.at, { onSelect, onFold }),
      ),
    [drawn, selected, hand.at, onSelect, onFold],
  );
  const lines = useMemo(() => drawn.lines.map(edgeOf), [drawn]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are the nodes' own, which are buttons
    <div
      className="group/graph relative h-full w-full"
      onKeyDown={hand.typed}
      data-nodes={nodes.length}
      data-lines={lines.length}
      data-outlines={drawn.outlines.length}
      data-unmeasured={measured ? undefined : ''}
      style={
        {
          '--first-look': `translate(${firstLook.x}px, ${firstLook.y}px) scale(${firstLook.zoom})`,
        } as React.CSSProperties
      }
      data-far={view.zoom < legible ? '' : undefined}
    >
      <ReactFlow
        {...firstPaint}
        nodes={nodes}
        edges={lines}
        nodeTypes={nodeTypes}
        onPaneClick={() => onSelect(null)}
        onViewportChange={moved}
        defaultViewport={firstLook}
        minZoom={0.02}
        maxZoom={2}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
        aria-label="Task graph"
        className="[--xy-background-color:var(--color-surface-0)] [--xy-edge-stroke:var(--color-line-3)]"
      >
        <TaskGraphRest drawn={drawn} zoom={view.zoom} />
        <Panel position="top-right" className="js-only flex gap-1">
          <Button aria-label="Zoom out" onClick={() => look(scaled(view, size, 1 / 1.4))}>
            −
          </Button>
          <Button aria-label="Zoom in" onClick={() => look(scaled(view, size, 1.4))}>
            +
          </Button>
          <Button onClick={() => look(wholeView(model, size))}>Fit</Button>
        </Panel>
      </ReactFlow>
      <TaskGraphMap model={model} view={view} size={size} onGo={(x, y) => look(centred({ x, y }, size, view.zoom))} />
    </div>
  );
}

const scaled = (view: View, size: Size, by: number): View => {
  const zoom = Math.min(2, Math.max(0.02, view.zoom * by));
  const share = zoom / view.zoom;
  return {
    x: size.width / 2 - (size.width / 2 - view.x) * share,
    y: size.height / 2 - (size.height / 2 - view.y) * share,
    zoom,
  };
};

/** Where the window stands. Another graph is looked at anew once the window's size is known. */
function useView(model: GraphModel, firstLook: View) {
  const { setViewport } = useReactFlow();
  const width = useStore((state) => state.width) || firstPaint.width;
  const height = useStore((state) => state.height) || firstPaint.height;
  const size = useMemo(() => ({ width, height }), [width, height]);
  const [view, setView] = useState(firstLook);
  const look = (next: View) => {
    setView(next);
    void setViewport(next);
  };
  const measured = useMeasured(width);
  // A page whose pane was opened, or whose graph was folded or queried, shows all of it again.
  const shape = `${model.nodes.length} ${Math.round(model.width)} ${Math.round(model.height)} ${measured}`;
  // Before the next paint, so that the picture is never seen where it was drawn for another window.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the shape is what it depends on
  useLayoutEffect(() => look(firstView(model, size)), [shape]);
  return { size, measured, view, look, moved: ({ x, y, zoom }: Viewport) => setView({ x, y, zoom }) };
}

/** Whether the size is the browser's own yet; a pane that is made wider afterwards is left where the reader put it. */
function useMeasured(width: number): boolean {
  return useHydrated() && width !== firstPaint.width;
}

interface Hand {
  readonly at: string | null;
  readonly typed: (event: KeyboardEvent) => void;
}

/** One tab stop: the arrow keys walk along the edges, Enter opens, plus and minus unfold and fold. */
function useHand(
  model: GraphModel,
  selected: string | null,
  { size, view, look }: { size: Size; view: View; look: (view: View) => void },
  { onSelect, onFold }: Pick<TaskGraphProps, 'onSelect' | 'onFold'>,
): Hand {
  const [chosen, setChosen] = useState<string | null>(selected);
  const has = (id: string | null) => model.nodes.some((node) => node.task.id === id);
  const at = has(chosen) ? chosen : has(selected) ? selected : (model.nodes[0]?.task.id ?? null);
  const focus = useRef<string | null>(null);
  useEffect(() => {
    if (focus.current === null) return;
    document.getElementById(nodeId(focus.current))?.focus({ preventScroll: true });
    focus.current = null;
  });
  useEffect(() => setChosen(selected), [selected]);

  function go(id: string) {
    setChosen(id);
    focus.current = id;
    const node = model.nodes.find((one) => one.task.id === id);
    if (node === undefined) return;
    const left = node.x * view.zoom + view.x;
    const top = node.y * view.zoom + view.y;
    const inside =
      left >= 0 &&
      top >= 0 &&
      left + nodeSize.width * view.zoom <= size.width &&
      top + nodeSize.height * view.zoom <= size.height;
    if (!inside || view.zoom < 0.3) look(centred(node, size, Math.max(0.6, view.zoom)));
  }

  return {
    at,
    typed(event) {
      if (event.ctrlKey || event.metaKey || event.altKey || at === null) return;
      if (!(event.target as HTMLElement).id.startsWith(nodeId(''))) return;
      const here = model.nodes.find((node) => node.task.id === at);
      if (event.key === 'Escape') onSelect(null);
      else if (event.key === '+' || event.key === '-') {
        if (here?.group && here.folded === (event.key === '+')) onFold(at);
        focus.current = at;
      } else {
        const next = walk(model, at, event.key);
        if (next === null) return;
        go(next);
      }
      event.preventDefault();
    },
  };
}
