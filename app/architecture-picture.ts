// The boxes and lines of the Glass Box. Pure.
import type { PartEdge, Parts } from '../server/domain/architecture.ts';
import { layoutGraph } from './graph-layout.ts';

export const boxSize = { width: 176, height: 78, gapX: 44, gapY: 16 } as const;
/** More boxes are no picture any more; the table has them all. */
export const mostBoxes = 70;

export interface Box {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly edge: PartEdge;
  readonly path: string;
  readonly width: number;
}

/** Who imports stands left of what it imports; null when there are too many parts to draw. */
export function pictureOf({
  parts,
  edges,
}: Parts): { boxes: Box[]; lines: Line[]; width: number; height: number } | null {
  if (parts.length > mostBoxes) return null;
  const layout = layoutGraph(
    parts.map(({ id }) => id),
    acyclic(edges),
    boxSize,
  );
  const most = Math.max(1, ...edges.map(weight));
  const boxes = parts.flatMap(({ id }) => {
    const place = layout.positions.get(id);
    return place === undefined ? [] : [{ id, x: place.x, y: place.y }];
  });
  const at = new Map(boxes.map((box) => [box.id, box]));
  const lines = edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.from), at.get(edge.to)];
    if (from === undefined || to === undefined) return [];
    return [{ edge, path: curve(from, to), width: 1 + 4 * Math.sqrt(weight(edge) / most) }];
  });
  return { boxes, lines, width: layout.width, height: layout.height };
}

/** The heaviest edges that close no circle: what the columns follow. Types may be imported both ways; all are drawn. */
export function acyclic(edges: readonly PartEdge[]): PartEdge[] {
  const after = new Map<string, string[]>();
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return (after.get(from) ?? []).some((next) => reaches(next, to, seen));
  };
  // A value weighs more than any number of types: it says who stands on whom.
  const order = edges.toSorted((a, b) => b.values - a.values || b.types - a.types);
  return order.filter(({ from, to }) => {
    if (reaches(to, from)) return false;
    after.set(from, [...(after.get(from) ?? []), to]);
    return true;
  });
}

const weight = ({ values, types }: PartEdge) => values + types;

function curve(from: Box, to: Box): string {
  const { width, height } = boxSize;
  const [y1, y2] = [from.y + height / 2, to.y + height / 2];
  const forth = to.x >= from.x + width;
  const x1 = forth ? from.x + width : from.x;
  const x2 = forth ? to.x : to.x + width;
  const pull = Math.max(36, Math.abs(x2 - x1) / 3) * (forth ? 1 : -1);
  return `M ${x1} ${y1} C ${x1 + pull} ${y1} ${x2 - pull} ${y2} ${x2} ${y2}`;
}

/** `server/infrastructure/store` of the room `infrastructure` is `store`; a file is its name. */
export function shortName(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1) || id;
}

export const mayWords = { values: 'everything of', some: 'some files of', types: 'only the types of' } as const;
