import { type TaskStatus, taskStatuses } from '../task.ts';
import type { GraphEdge } from './graph.ts';

/** What a query looks at. */
export interface QueryNode {
  readonly id: string;
  readonly key: string;
  readonly title: string;
  readonly parentId: string | null;
  readonly status: TaskStatus;
}

/** One word of a query; a task is kept when all of them hold for it. */
export type QueryTerm =
  | { readonly kind: 'state'; readonly states: readonly TaskStatus[] }
  | { readonly kind: 'line'; readonly key: string; readonly before: boolean; readonly after: boolean }
  | { readonly kind: 'text'; readonly text: string };

export interface GraphQuery {
  readonly terms: readonly QueryTerm[];
  /** Words that cannot be understood, each as a sentence. */
  readonly faults: readonly string[];
}

/**
 * Reads a query: `+fix` is the task “fix” and everything it waits for, `fix+` the task and everything that waits for it,
 * `+fix+` both; `state:failed,blocked` a state; any other word is looked for in keys and titles. Words are joined by and.
 */
export function parseQuery(text: string): GraphQuery {
  const terms: QueryTerm[] = [];
  const faults: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const [, name] = /^state:(.*)$/i.exec(word) ?? [];
    if (name !== undefined) {
      const asked = name
        .toLowerCase()
        .split(',')
        .filter((one) => one !== '');
      const states = taskStatuses.filter((status) => asked.includes(status));
      const unknown = asked.filter((one) => !taskStatuses.some((status) => status === one));
      for (const one of unknown) faults.push(`There is no state “${one}”; there are ${taskStatuses.join(', ')}.`);
      if (asked.length === 0) faults.push('Name a state after “state:”, such as state:failed.');
      if (states.length > 0) terms.push({ kind: 'state', states });
      continue;
    }
    const before = word.startsWith('+');
    const after = word.length > 1 && word.endsWith('+');
    if (!before && !after) {
      terms.push({ kind: 'text', text: word.toLowerCase() });
      continue;
    }
    const key = word.slice(before ? 1 : 0, after ? -1 : undefined);
    if (key === '') faults.push('Name a task beside “+”, such as +fix.');
    else terms.push({ kind: 'line', key: key.toLowerCase(), before, after });
  }
  return { terms, faults };
}

/**
 * The ids of the tasks a query keeps; null keeps every one. A key that no task has exactly is looked for as part of a
 * key; what fits none is told as a fault and keeps nothing.
 */
export function selectTasks(
  graph: { readonly nodes: readonly QueryNode[]; readonly edges: readonly Pick<GraphEdge, 'from' | 'to'>[] },
  query: GraphQuery,
): { ids: ReadonlySet<string> | null; faults: readonly string[] } {
  if (query.terms.length === 0) return { ids: null, faults: query.faults };
  const faults = [...query.faults];
  const lines = linesOf(graph);
  const [first, ...others] = query.terms.map(idsOf);
  const ids = new Set([...(first ?? [])].filter((id) => others.every((other) => other.has(id))));
  return { ids, faults };

  function idsOf(term: QueryTerm): Set<string> {
    const where = (holds: (node: QueryNode) => boolean) => new Set(graph.nodes.filter(holds).map(({ id }) => id));
    if (term.kind === 'state') return where(({ status }) => term.states.includes(status));
    if (term.kind === 'text') return where(({ key, title }) => `${key} ${title}`.toLowerCase().includes(term.text));
    const exact = where(({ key }) => key.toLowerCase() === term.key);
    const named = exact.size > 0 ? exact : where(({ key }) => key.toLowerCase().includes(term.key));
    if (named.size === 0) faults.push(`No task is called “${term.key}”.`);
    const ids = new Set(named);
    if (term.before) reach(named, lines.before, ids);
    if (term.after) reach(named, lines.after, ids);
    return ids;
  }
}

interface Lines {
  readonly before: ReadonlyMap<string, readonly string[]>;
  readonly after: ReadonlyMap<string, readonly string[]>;
}

/** Who waits for whom, groups included: a task waits for what its group waits for, and a group for all in it. */
function linesOf(graph: Parameters<typeof selectTasks>[0]): Lines {
  const children = Map.groupBy(graph.nodes, (node) => node.parentId);
  const known = new Map(graph.nodes.map((node) => [node.id, node]));
  const inside = (id: string): string[] => [id, ...(children.get(id) ?? []).flatMap((child) => inside(child.id))];
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  const add = (map: Map<string, string[]>, key: string, value: string) => {
    const list = map.get(key);
    if (list === undefined) map.set(key, [value]);
    else list.push(value);
  };
  for (const { from, to } of graph.edges) {
    if (!known.has(from) || !known.has(to)) continue;
    const earlier = inside(from);
    const later = inside(to);
    for (const one of later) for (const other of earlier) add(before, one, other);
    for (const one of earlier) for (const other of later) add(after, one, other);
  }
  return { before, after };
}

function reach(from: ReadonlySet<string>, map: ReadonlyMap<string, readonly string[]>, into: Set<string>): void {
  const queue = [...from];
  for (const id of queue) {
    for (const next of map.get(id) ?? []) {
      if (into.has(next)) continue;
      into.add(next);
      queue.push(next);
    }
  }
}
