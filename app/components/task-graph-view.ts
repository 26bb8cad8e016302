import type { GraphLine, GraphModel, GraphNode } from './task-graph-model.ts';
import { nodeSize } from './task-graph-model.ts';

/** What part of the picture is in the window: its left upper corner in the window, and how large it is drawn. */
export interface View {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** More elements than this are never drawn at once; the others are one shape. */
export const drawnElements = 800;
const drawnNodes = 160;
/** A graph of so few elements is drawn whole wherever the window stands. */
const wholeElements = 150;
/** Drawn around the window too, so that a small move shows nothing empty; in screens of the picture. */
const margin = 240;

export interface Drawn {
  readonly nodes: readonly GraphNode[];
  readonly lines: readonly GraphLine[];
  /** The rest is drawn as outlines, one shape for all of a kind. */
  readonly outlines: readonly GraphNode[];
  readonly strokes: readonly GraphLine[];
}

/**
 * What is drawn in full: everything of a small graph; of a large one what is in the window, and when even that is too much
 * (somebody looks from afar) only what must be there. Never more than `drawnElements` nodes and lines together.
 */
export function drawnPart(model: GraphModel, view: View, size: Size, keep: ReadonlySet<string>): Drawn {
  const { nodes, lines } = model;
  if (nodes.length + lines.length <= wholeElements) return { nodes, lines, outlines: [], strokes: [] };
  const left = -view.x / view.zoom - margin;
  const top = -view.y / view.zoom - margin;
  const right = left + size.width / view.zoom + 2 * margin;
  const bottom = top + size.height / view.zoom + 2 * margin;
  const inWindow = (node: GraphNode) =>
    node.x + nodeSize.width >= left && node.x <= right && node.y + nodeSize.height >= top && node.y <= bottom;
  const kept = nodes.filter((node) => keep.has(node.task.id));
  const near = nodes.filter((node) => !keep.has(node.task.id) && inWindow(node));
  const shown = near.length + kept.length > drawnNodes ? kept.slice(0, drawnNodes) : [...kept, ...near];
  const ids = new Set(shown.map((node) => node.task.id));
  const between = lines.filter((line) => ids.has(line.from) && ids.has(line.to));
  const drawn = new Set(between.slice(0, drawnElements - shown.length));
  return {
    nodes: shown,
    lines: [...drawn],
    outlines: nodes.filter((node) => !ids.has(node.task.id)),
    strokes: lines.filter((line) => !drawn.has(line)),
  };
}

/** Where a graph is looked at first: whole when it can be read so, else where work is going on. */
export function firstView({ nodes, width, height }: GraphModel, size: Size): View {
  const whole = wholeView({ width, height }, size);
  if (whole.zoom >= 0.45) return whole;
  const active = nodes.find(({ task }) => task.status === 'in_progress' || task.status === 'failed') ?? nodes[0];
  const zoom = 0.6;
  if (active === undefined) return whole;
  return within({ width, height }, centred(active, size, zoom), size);
}

/** The same view moved so far that no more than a rim beyond the picture is seen, where the picture fills the window. */
export function within({ width, height }: Size, view: View, size: Size): View {
  const rim = 24;
  const held = (at: number, picture: number, window: number) => {
    const least = window - picture * view.zoom - rim;
    return least > rim ? (window - picture * view.zoom) / 2 : Math.min(rim, Math.max(least, at));
  };
  return { x: held(view.x, width, size.width), y: held(view.y, height, size.height), zoom: view.zoom };
}

/** The whole picture in the window, never larger than it is. */
export function wholeView({ width, height }: Size, size: Size): View {
  const zoom = Math.max(
    0.02,
    Math.min(1, (size.width * 0.9) / Math.max(1, width), (size.height * 0.9) / Math.max(1, height)),
  );
  return { x: (size.width - width * zoom) / 2, y: (size.height - height * zoom) / 2, zoom };
}

/** A node in the middle of the window. */
export function centred({ x, y }: Pick<GraphNode, 'x' | 'y'>, size: Size, zoom: number): View {
  return {
    x: size.width / 2 - (x + nodeSize.width / 2) * zoom,
    y: size.height / 2 - (y + nodeSize.height / 2) * zoom,
    zoom,
  };
}

/** Where a key leads from a node: along the edges to left and right, up and down in its layer; null where nothing is. */
export function walk(model: GraphModel, from: string | null, key: string): string | null {
  const first = model.nodes[0]?.task.id ?? null;
  const here = model.nodes.find((node) => node.task.id === from);
  if (here === undefined) return first;
  if (key === 'Home') return first;
  if (key === 'End') return model.nodes.at(-1)?.task.id ?? null;
  if (key === 'ArrowRight' || key === 'ArrowLeft') {
    const forth = key === 'ArrowRight';
    // The critical one first: it is the line a person follows.
    const next = model.lines
      .filter((line) => line.type !== 'collision' && (forth ? line.from : line.to) === from)
      .toSorted((a, b) => Number(b.critical) - Number(a.critical))[0];
    return next === undefined ? null : forth ? next.to : next.from;
  }
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
  const down = key === 'ArrowDown';
  // A layer of several columns is read like a text: from the foot of one to the head of the next.
  const layer = model.nodes.filter((node) => node.layer === here.layer).toSorted((a, b) => a.x - b.x || a.y - b.y);
  const next = layer[layer.indexOf(here) + (down ? 1 : -1)];
  return next?.task.id ?? null;
}
