import type { KeyboardEvent, PointerEvent } from 'react';
import { useMemo } from 'react';
import { type Tone, taskSigns, toneText } from '../status.ts';
import { type GraphModel, nodeSize } from './task-graph-model.ts';
import type { Size, View } from './task-graph-view.ts';

interface TaskGraphMapProps {
  model: GraphModel;
  view: View;
  size: Size;
  /** Brings a place of the picture into the middle of the window. */
  onGo: (x: number, y: number) => void;
}

const mapWidth = 176;
const mapHeight = 88;

/** The whole graph small, what is in the window framed: pressed or moved by arrow keys, the window goes there. */
export function TaskGraphMap({ model, view, size, onGo }: TaskGraphMapProps) {
  const { width, height, nodes } = model;
  const shapes = useMemo(() => {
    const byTone = Map.groupBy(nodes, ({ task }) => taskSigns[task.status].tone);
    return [...byTone].map(([tone, of]): [Tone, string] => [
      tone,
      of.map(({ x, y }) => `M${x} ${y}h${nodeSize.width}v${nodeSize.height}h${-nodeSize.width}z`).join(''),
    ]);
  }, [nodes]);
  const seen = {
    x: -view.x / view.zoom,
    y: -view.y / view.zoom,
    w: size.width / view.zoom,
    h: size.height / view.zoom,
  };
  const whole = seen.x <= 0 && seen.y <= 0 && seen.x + seen.w >= width && seen.y + seen.h >= height;
  // Nothing is out of sight: the map would only cover it.
  if (whole) return null;
  const middle = { x: seen.x + seen.w / 2, y: seen.y + seen.h / 2 };

  function pressed(event: PointerEvent<HTMLDivElement>) {
    if (event.type === 'pointermove' && event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    onGo(((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height);
  }
  function typed(event: KeyboardEvent) {
    const steps: Record<string, [number, number]> = {
      ...{ ArrowLeft: [-seen.w / 4, 0], ArrowRight: [seen.w / 4, 0] },
      ...{ ArrowUp: [0, -seen.h / 4], ArrowDown: [0, seen.h / 4] },
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    onGo(
      Math.min(width, Math.max(0, middle.x + step[0])) - nodeSize.width / 2,
      Math.min(height, Math.max(0, middle.y + step[1])) - nodeSize.height / 2,
    );
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a surface in two directions has no element of its own
    <div
      role="group"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: moved by arrow keys
      tabIndex={0}
      aria-label={`Map of the graph: ${nodes.length} tasks; the arrow keys move the window over it`}
      onPointerDown={pressed}
      onPointerMove={pressed}
      onKeyDown={typed}
      className="js-only absolute bottom-2 right-2 cursor-pointer touch-none border-2 border-line-3 bg-surface-0"
      style={{ width: mapWidth, height: mapHeight }}
    >
      <svg
        viewBox={`0 0 ${Math.max(1, width)} ${Math.max(1, height)}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        className="h-full w-full"
      >
        {shapes.map(([tone, d]) => (
          <path key={tone} d={d} className={toneText[tone]} fill="currentColor" />
        ))}
        <rect
          x={seen.x}
          y={seen.y}
          width={seen.w}
          height={seen.h}
          fill="none"
          stroke="var(--color-ink-1)"
          strokeWidth={3}
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </div>
  );
}
