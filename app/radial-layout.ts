// Where the agents stand around the orchestrator and how what they hand on runs between them. Pure geometry.
import type { Handover } from '../server/domain/handover.ts';

export interface RadialPlace {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  /** Degrees from the top, clockwise. */
  readonly angle: number;
}

export interface RadialChord {
  readonly handover: Handover;
  /** SVG path from rim to rim, bent towards the centre. */
  readonly path: string;
  readonly width: number;
  /** Where the arrow's point is, and its direction in degrees. */
  readonly tip: { readonly x: number; readonly y: number; readonly turn: number };
}

export interface RadialLayout {
  readonly size: number;
  readonly centre: number;
  readonly radius: number;
  /** Of a node's circle. */
  readonly node: number;
  readonly places: readonly RadialPlace[];
  readonly chords: readonly RadialChord[];
}

const size = 640;
const room = 84;

/** The agents in their order around a circle, the first at the top; chords of those that are on it. */
export function radialLayout(ids: readonly string[], handovers: readonly Handover[]): RadialLayout {
  const centre = size / 2;
  const radius = centre - room;
  // Neighbours must not touch, however many there are.
  const node = Math.max(8, Math.min(30, (Math.PI * radius) / Math.max(1, ids.length) - 4));
  const places = ids.map((id, index): RadialPlace => {
    const angle = (360 / Math.max(1, ids.length)) * index;
    const turn = (angle * Math.PI) / 180;
    return { id, angle, x: centre + radius * Math.sin(turn), y: centre - radius * Math.cos(turn) };
  });
  const most = Math.max(1, ...handovers.map(weightOf));
  const at = new Map(places.map((place) => [place.id, place]));
  const chords = handovers.flatMap((handover) => {
    const [from, to] = [at.get(handover.from), at.get(handover.to)];
    if (from === undefined || to === undefined || from === to) return [];
    return [chordOf(handover, from, to, { centre, node, most })];
  });
  return { size, centre, radius, node, places, chords };
}

export const weightOf = ({ flowed, rerouted }: Handover) => flowed + rerouted;

function chordOf(
  handover: Handover,
  from: RadialPlace,
  to: RadialPlace,
  { centre, node, most }: { centre: number; node: number; most: number },
): RadialChord {
  // Both ways between two agents are drawn apart: each is bent to its own right hand.
  const [dx, dy] = unit(to.x - from.x, to.y - from.y);
  const bend = 0.45;
  const side = 18;
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const via = {
    x: middle.x + (centre - middle.x) * bend - dy * side,
    y: middle.y + (centre - middle.y) * bend + dx * side,
  };
  const [sx, sy] = unit(via.x - from.x, via.y - from.y);
  const [ex, ey] = unit(to.x - via.x, to.y - via.y);
  const gap = node + 6;
  const start = { x: from.x + sx * gap, y: from.y + sy * gap };
  const tip = { x: to.x - ex * gap, y: to.y - ey * gap };
  return {
    handover,
    width: 1 + 5 * Math.sqrt(weightOf(handover) / most),
    path: `M ${round(start.x)} ${round(start.y)} Q ${round(via.x)} ${round(via.y)} ${round(tip.x)} ${round(tip.y)}`,
    tip: { x: round(tip.x), y: round(tip.y), turn: round((Math.atan2(ey, ex) * 180) / Math.PI) },
  };
}

function unit(x: number, y: number): [number, number] {
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length];
}

const round = (value: number) => Math.round(value * 10) / 10;
