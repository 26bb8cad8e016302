import type { DependencyType } from '../server/domain/task.ts';
import { layoutGraph, type NodeSize } from './graph-layout.ts';

/** A task and a dependency as a picture of a plan needs them; keys are its ids. */
export interface PictureTask {
  readonly key: string;
  readonly title?: string | undefined;
  readonly hours?: number | undefined;
}
export interface PictureEdge {
  readonly from: string;
  readonly to: string;
  readonly type: DependencyType;
  readonly required: boolean;
}

export interface Picture {
  readonly nodes: readonly (PictureTask & { readonly x: number; readonly y: number; readonly critical: boolean })[];
  readonly lines: readonly (PictureEdge & {
    readonly x1: number;
    readonly y1: number;
    readonly x2: number;
    readonly y2: number;
    readonly critical: boolean;
  })[];
  readonly width: number;
  readonly height: number;
  /** Drawn from the top down instead of from left to right. */
  readonly down: boolean;
}

export const pictureSizes = {
  small: { width: 104, height: 26, gapX: 26, gapY: 8 },
  large: { width: 208, height: 64, gapX: 56, gapY: 20 },
} as const satisfies Record<string, NodeSize>;

/**
 * Where everything of a plan stands; the same plan always gives the same picture. A `narrow` place gets a long chain from
 * the top down, where its words stay readable.
 */
export function pictureOf(
  tasks: readonly PictureTask[],
  edges: readonly PictureEdge[],
  criticalPath: readonly string[],
  size: NodeSize,
  narrow = false,
): Picture {
  const keys = tasks.map((task) => task.key);
  const across = layoutGraph(keys, edges, size);
  const down = narrow && across.width > 3 * (size.width + size.gapX) && across.height < 3 * size.height;
  const { positions, width, height } = down ? turned(layoutGraph(keys, edges, turnedSize(size))) : across;
  const critical = new Set(criticalPath);
  const nodes = tasks.map((task) => {
    const at = positions.get(task.key) ?? { x: 0, y: 0 };
    return { ...task, x: at.x, y: at.y, critical: critical.has(task.key) };
  });
  const lines = edges.flatMap((edge) => {
    const from = positions.get(edge.from);
    const to = positions.get(edge.to);
    if (from === undefined || to === undefined) return [];
    const [middle, centre] = [size.height / 2, size.width / 2];
    const ends = down
      ? { x1: from.x + centre, y1: from.y + size.height, x2: to.x + centre, y2: to.y }
      : { x1: from.x + size.width, y1: from.y + middle, x2: to.x, y2: to.y + middle };
    return [{ ...edge, ...ends, critical: critical.has(edge.from) && critical.has(edge.to) }];
  });
  return { nodes, lines, width, height, down };
}

/** The layout goes from left to right; turned, its columns are rows. */
function turnedSize({ width, height, gapX, gapY }: NodeSize): NodeSize {
  return { width: height, height: width, gapX: Math.min(gapX, 16), gapY };
}

function turned({ positions, width, height }: ReturnType<typeof layoutGraph>): ReturnType<typeof layoutGraph> {
  const swapped = new Map([...positions].map(([key, { x, y, layer }]) => [key, { x: y, y: x, layer }]));
  return { positions: swapped, width: height, height: width };
}

/** The plan in words, wave by wave, for who cannot see the picture. */
export function pictureWords(tasks: readonly PictureTask[], edges: readonly PictureEdge[]): string {
  const after = Map.groupBy(edges, (edge) => edge.to);
  return tasks
    .map(({ key }) => {
      const before = (after.get(key) ?? []).map((edge) => edge.from);
      return before.length === 0 ? key : `${key} after ${before.join(' and ')}`;
    })
    .join('; ');
}

/** What decides how long the plan takes: one chain, or tasks side by side of which none may take longer. */
export function criticalWords(criticalPath: readonly string[], edges: readonly PictureEdge[]): string {
  const [only, second] = criticalPath;
  if (only === undefined) return '';
  if (second === undefined) return `${only} alone decides how long it takes.`;
  const follows = (key: string, place: number) =>
    place === 0 ||
    edges.some((edge) => edge.type === 'finish_to_start' && edge.from === criticalPath[place - 1] && edge.to === key);
  if (criticalPath.every(follows)) return `The heavy line is the critical path: ${criticalPath.join(' › ')}.`;
  return `No slack in ${criticalPath.join(', ')}: whichever takes longer, the whole takes longer.`;
}
