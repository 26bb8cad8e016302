import type { PlanTaskInput } from './blueprint.ts';
import { escapeTemplate } from './blueprint-template.ts';
import { DomainError } from './errors.ts';
import type { Task } from './task.ts';
import type { GraphEdge } from './task-graph/graph.ts';

/** What makes a blueprint of a session's graph. */
export interface GraphSource {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Of the session: where a task repeats it, the blueprint says `{{ title }}`. */
  readonly title: string;
  readonly tasks: readonly Task[];
  readonly edges: readonly GraphEdge[];
}

type Edge = NonNullable<PlanTaskInput['dependsOn']>[number];

/**
 * A session's graph as a blueprint: keys, capabilities, hours as they were learned, dependencies, paths and proving
 * commands. A plan has no groups, so a group's dependencies go to its tasks where that means the same; CONFLICT names a
 * dependency for which it does not, and a graph without tasks.
 */
export function blueprintOfGraph(source: GraphSource) {
  const { key, name, version, title, tasks } = source;
  const children = Map.groupBy(tasks, (task) => task.parentTaskId);
  const leaves = tasks.filter((task) => !children.has(task.id));
  if (leaves.length === 0) throw new DomainError('CONFLICT', 'This session has no tasks to make a blueprint of yet.');
  const groups = tasks.filter((task) => children.has(task.id));
  const keys = keysOf(leaves);
  const edges = flattened(source, (id) => leavesUnder(id, children), keys);
  const note = `Without its groups (${groups.map((group) => group.key).join(', ')}).`;
  const description = groups.length === 0 ? source.description : `${source.description} ${note}`.trim();
  return {
    key,
    name,
    version,
    description: description.slice(0, 1_000),
    tasks: leaves.map((task) => ({
      key: keys.get(task.id) ?? '',
      title: titleOf(task.title, title),
      ...(task.description !== '' && { description: withTitle(task.description, title) }),
      capabilities: [...task.capabilities],
      ...(task.technologies.length > 0 && { technologies: task.technologies.map(escapeTemplate) }),
      estimate: {
        optimistic: rounded(task.estimate.optimistic),
        likely: rounded(task.estimate.likely),
        pessimistic: rounded(task.estimate.pessimistic),
      },
      ...(edges.has(task.id) && { dependsOn: edges.get(task.id) }),
      ...(task.writes.length > 0 && { writes: task.writes.map(escapeTemplate) }),
      ...(task.verification.length > 0 && { verification: task.verification.map(escapeTemplate) }),
      ...(task.optional && { optional: true }),
    })),
  };
}

/** A split task's key may hold signs a plan's may not; what becomes equal is numbered. */
function keysOf(leaves: readonly Task[]): Map<string, string> {
  const used = new Set<string>();
  return new Map(
    leaves.map((task) => {
      const plain =
        task.key
          .replace(/[^A-Za-z0-9_-]+/g, '_')
          .replace(/^[_-]+/, '')
          .slice(0, 58) || 'task';
      let key = plain;
      for (let number = 2; used.has(key); number += 1) key = `${plain}_${number}`;
      used.add(key);
      return [task.id, key];
    }),
  );
}

function leavesUnder(id: string, children: ReadonlyMap<string | null, readonly Task[]>): string[] {
  const below = children.get(id);
  return below === undefined ? [id] : below.flatMap((child) => leavesUnder(child.id, children));
}

/** Dependencies by the task that waits, between leaves. */
function flattened(
  { tasks, edges }: GraphSource,
  leavesOf: (id: string) => string[],
  keys: ReadonlyMap<string, string>,
): Map<string, Edge[]> {
  const keyOf = (id: string) => tasks.find((task) => task.id === id)?.key ?? id;
  const into = new Map<string, Edge[]>();
  for (const { from, to, type, required, lagSeconds } of edges) {
    const sources = leavesOf(from);
    const targets = leavesOf(to);
    // The end of a group is the end of all its tasks and its begin precedes them all. Its begin is not the begin of
    // all, and its end waits for more than each of its tasks does.
    const sound = (sources[0] === from || type.startsWith('finish_')) && (targets[0] === to || type.endsWith('_start'));
    if (!sound) throw grouped(keyOf(from), keyOf(to), type);
    for (const target of targets) {
      const known = into.get(target) ?? [];
      into.set(target, known);
      for (const source of sources) {
        const key = keys.get(source) ?? '';
        const twin = known.findIndex((edge) => edge.key === key);
        const edge = { key, type, ...(!required && { required }), ...(lagSeconds > 0 && { lagSeconds }) };
        if (twin < 0) known.push(plainEdge(edge));
        else if ((known[twin]?.type ?? 'finish_to_start') !== type) throw grouped(keyOf(from), keyOf(to), type);
        else known[twin] = plainEdge(stricter(known[twin] ?? edge, edge));
      }
    }
  }
  // In the order of the tasks, so that the same graph gives the same text.
  const order = [...keys.values()];
  for (const known of into.values()) known.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
  return into;
}

function stricter(one: Edge, other: Edge): Edge {
  const required = one.required !== false || other.required !== false;
  const lagSeconds = Math.max(one.lagSeconds ?? 0, other.lagSeconds ?? 0);
  return { ...one, ...other, required, lagSeconds };
}

/** Without what a plan assumes anyway. */
function plainEdge({ key, type, required, lagSeconds }: Edge): Edge {
  return {
    key,
    ...(type !== undefined && type !== 'finish_to_start' && { type }),
    ...(required === false && { required }),
    ...(lagSeconds !== undefined && lagSeconds > 0 && { lagSeconds }),
  };
}

function grouped(from: string, to: string, type: string): DomainError {
  const message = `A blueprint has no groups, and without them ${to} cannot depend on ${from} by ${type}.`;
  return new DomainError('CONFLICT', message, { details: { from, to, type } });
}

/** The whole title is a task's where it starts with a verb; another session's may not. */
function titleOf(own: string, title: string): string {
  return own === title ? '{{ verb(title, "Implement: ") }}' : withTitle(own, title);
}

function withTitle(text: string, title: string): string {
  return text.split(title).map(escapeTemplate).join('{{ title }}');
}

function rounded(hours: number): number {
  return Math.round(hours * 10_000) / 10_000;
}
