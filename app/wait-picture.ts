// Who waits for whom, as boxes in columns: whoever waits stands left of whoever it waits for. Pure.
import type { WaitEdge } from '../server/domain/lock.ts';
import { layoutGraph } from './graph-layout.ts';

export const waitBox = { width: 190, height: 44, gapX: 104, gapY: 20 } as const;

export interface WaitLine {
  readonly edge: WaitEdge;
  readonly path: string;
  readonly label: { readonly x: number; readonly y: number };
  /** Part of a circle in which everybody waits. */
  readonly circle: boolean;
}

export interface WaitPicture {
  readonly boxes: readonly { readonly owner: string; readonly x: number; readonly y: number }[];
  readonly lines: readonly WaitLine[];
  readonly width: number;
  readonly height: number;
}

/** The picture of the edges; owners are the boxes. */
export function waitPicture(edges: readonly WaitEdge[]): WaitPicture {
  const owners = [...new Set(edges.flatMap(({ from, to }) => [from, to]))].sort();
  const after = new Map<string, string[]>();
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (after.get(from) ?? []).some((next) => reaches(next, to, seen));
  };
  // In order of the list: an edge that would close a circle is drawn, but the columns do not follow it.
  const forth = edges.filter(({ from, to }) => {
    if (reaches(to, from)) return false;
    after.set(from, [...(after.get(from) ?? []), to]);
    return true;
  });
  const layout = layoutGraph(owners, forth, waitBox);
  for (const { from, to } of edges)
    if (!(after.get(from) ?? []).includes(to)) after.set(from, [...(after.get(from) ?? []), to]);
  const boxes = owners.map((owner) => {
    const place = layout.positions.get(owner);
    return { owner, x: place?.x ?? 0, y: place?.y ?? 0 };
  });
  const at = new Map(boxes.map((box) => [box.owner, box]));
  const lines = edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    if (from === undefined || to === undefined) return [];
    return [{ edge, circle: reaches(edge.to, edge.from), ...lineOf(from, to) }];
  });
  // A circle comes back below the boxes.
  const below = lines.some(({ circle }) => circle) ? 60 : 0;
  return { boxes, lines, width: layout.width, height: layout.height + below };
}

function lineOf(from: { x: number; y: number }, to: { x: number; y: number }) {
  const { width, height } = waitBox;
  const [y1, y2] = [from.y + height / 2, to.y + height / 2];
  if (to.x > from.x) {
    const [x1, x2] = [from.x + width, to.x];
    return { path: `M ${x1} ${y1} L ${x2} ${y2}`, label: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 6 } };
  }
  const [x1, x2] = [from.x + width / 2, to.x + width / 2];
  const [b1, b2] = [from.y + height, to.y + height];
  const low = Math.max(b1, b2) + 40;
  return { path: `M ${x1} ${b1} C ${x1} ${low} ${x2} ${low} ${x2} ${b2}`, label: { x: (x1 + x2) / 2, y: low - 2 } };
}
