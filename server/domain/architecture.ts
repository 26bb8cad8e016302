import { z } from 'zod';

/** What the build wrote down of its own import graph. Indexes point into `files` and `rooms`. */
export const architectureFile = z.object({
  builtAt: z.coerce.date(),
  version: z.string(),
  /** The rooms of the import rule, as the rule names them. */
  rooms: z.array(
    z.object({
      name: z.string(),
      /** Why it may import what it may. */
      comment: z.string(),
      /** Other rooms, by how much of them it may import: everything, some files, types alone. */
      may: z.record(z.string(), z.enum(['values', 'some', 'types'])),
      /** Packages the rule names; null where any may be used. */
      packages: z.array(z.string()).nullable(),
    }),
  ),
  files: z.array(z.object({ path: z.string(), room: z.int(), lines: z.int() })),
  imports: z.array(z.tuple([z.int(), z.int(), z.enum(['value', 'type'])])),
});
export type Architecture = z.output<typeof architectureFile>;

/** A room, a folder of it, or a file: what the picture draws as one box. */
export interface Part {
  readonly id: string;
  readonly files: number;
  readonly lines: number;
}

/** All imports from one part into another, counted. */
export interface PartEdge {
  readonly from: string;
  readonly to: string;
  readonly values: number;
  readonly types: number;
}

export interface Parts {
  readonly parts: readonly Part[];
  readonly edges: readonly PartEdge[];
}

/** The folder of a file: what counts as one module. */
export function moduleOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** What one looks at: everything by rooms, one room by its folders, one folder by its files. */
export interface Look {
  readonly room: string | null;
  readonly module: string | null;
}

/** The parts of what is looked at, and the imports between them. */
export function partsOf(architecture: Architecture, { room, module }: Look): Parts {
  return grouped(architecture, ({ path, room: index }) => {
    const name = architecture.rooms[index]?.name ?? 'other';
    if (room === null) return name;
    if (room !== name) return null;
    if (module === null) return moduleOf(path);
    return moduleOf(path) === module ? path : null;
  });
}

/** What a part imports and what imports it, by folders of the whole system; itself is left out. */
export function neighboursOf(
  architecture: Architecture,
  belongs: (file: Architecture['files'][number]) => boolean,
): { imports: PartEdge[]; importedBy: PartEdge[] } {
  const here = ' here';
  const { edges } = grouped(architecture, (file) => (belongs(file) ? here : moduleOf(file.path)));
  const byWeight = (a: PartEdge, b: PartEdge) => b.values + b.types - (a.values + a.types);
  return {
    imports: edges.filter(({ from, to }) => from === here && to !== here).toSorted(byWeight),
    importedBy: edges.filter(({ from, to }) => to === here && from !== here).toSorted(byWeight),
  };
}

function grouped(
  { files, imports }: Architecture,
  groupOf: (file: Architecture['files'][number]) => string | null,
): Parts {
  const groups = files.map(groupOf);
  const parts = new Map<string, Part>();
  files.forEach((file, index) => {
    const id = groups[index];
    if (id == null) return;
    const known = parts.get(id) ?? { id, files: 0, lines: 0 };
    parts.set(id, { id, files: known.files + 1, lines: known.lines + file.lines });
  });
  const edges = new Map<string, PartEdge>();
  for (const [from, to, kind] of imports) {
    const [a, b] = [groups[from], groups[to]];
    if (a == null || b == null || a === b) continue;
    const known = edges.get(`${a}>${b}`) ?? { from: a, to: b, values: 0, types: 0 };
    edges.set(`${a}>${b}`, {
      ...known,
      values: known.values + (kind === 'value' ? 1 : 0),
      types: known.types + (kind === 'type' ? 1 : 0),
    });
  }
  return { parts: [...parts.values()].sort((a, b) => a.id.localeCompare(b.id)), edges: [...edges.values()] };
}

/** A live figure and the part of the system it is read in, as the beginning of a path. */
export interface Gauge {
  readonly part: string;
  readonly name: string;
  readonly value: number;
  readonly unit: 'count' | 'bytes';
  /** More than nought is wrong. */
  readonly alarm?: boolean;
}

/** The figures that belong to a part: those whose place it holds whole. */
export function gaugesOf(
  gauges: readonly Gauge[],
  architecture: Architecture,
  belongs: (file: Architecture['files'][number]) => boolean,
): Gauge[] {
  return gauges.filter(({ part }) => {
    const place = architecture.files.filter(({ path }) => path.startsWith(part));
    return place.length > 0 && place.every(belongs);
  });
}
