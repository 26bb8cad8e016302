import { type Actor, authorize } from '../domain/actor.ts';
import { invalid, invalidFromZod } from '../domain/errors.ts';
import { collisionsOf } from '../domain/path-leases.ts';
import type { PlanCollision, PlanPreview, SessionPlanPreview } from '../domain/plan-preview.ts';
import type { PlanSource, Session } from '../domain/session.ts';
import { sessionPreviewInput } from '../domain/session-preview-input.ts';
import type { Task } from '../domain/task.ts';
import { criticalPath } from '../domain/task-graph/critical-path.ts';
import { envelopeOf } from '../domain/task-graph/envelope.ts';
import type { GraphEdge, TaskGraph } from '../domain/task-graph/graph.ts';
import { indexOf, isGroup, leavesOf } from '../domain/task-graph/graph.ts';
import { historyKey, recordsAsked } from '../domain/task-history.ts';
import type { Deps } from './deps.ts';
import { edgeOf, graphOf } from './graph-view.ts';
import { basisOf, previewPlan } from './plan-preview.ts';
import { choosePlan } from './plan-source.ts';
import { findSession } from './sessions/find.ts';
import { teamOf } from './tokens.ts';
import type { StoredEdge } from './work-port.ts';

/** A planned session's plan as a whole: where it came from, what it takes, and which of its tasks get in each other's way. */
export interface StoredPlan extends Pick<PlanPreview, 'envelope' | 'basis'> {
  readonly source: PlanSource | null;
  readonly collisions: readonly PlanCollision[];
}

type PlanEnvelope = Pick<PlanPreview, 'envelope' | 'basis'>;

/** A session's graph as its page shows it; `from` is the prerequisite. */
export interface DrawnPlan {
  readonly tasks: readonly Task[];
  readonly edges: readonly (GraphEdge & { readonly id: string })[];
  readonly criticalPath: readonly string[];
  readonly envelope: PlanEnvelope | null;
  readonly collisions: readonly PlanCollision[];
}

interface ReadPlan {
  readonly session: Session;
  readonly tasks: readonly Task[];
  readonly edges: readonly StoredEdge[];
  readonly graph: TaskGraph;
}

/** Plans before they run: which source a session would have, what it is likely to take (domain.md 2.5, 4). */
export function createPlans(deps: Deps) {
  const { store } = deps;

  /** Read once for whatever is said of it: of a large plan the rows are what takes the time. */
  async function readPlan(actor: Actor, ref: string): Promise<ReadPlan> {
    const session = await findSession(deps, actor, ref, 'read');
    const [tasks, edges] = await Promise.all([store.tasks.drawn(session.id), store.tasks.dependencies(session.id)]);
    return { session, tasks, edges, graph: graphOf(tasks, edges) };
  }

  async function envelopeFor({ session, tasks, graph }: ReadPlan): Promise<PlanEnvelope | null> {
    if (session.plannedAt === null) return null;
    const keys = [...new Set(tasks.map((task) => historyKey(task.planKey, task.capabilities)))];
    const own = new Set(tasks.map(({ id }) => id));
    const records = await store.history.ofKeys(session.teamId, keys, { limitPerKey: recordsAsked });
    const samples = records.filter(({ taskId }) => !own.has(taskId)).length;
    const basis = await basisOf(store, session.teamId, samples, deps.prices(session.model));
    const estimates = new Map(tasks.map(({ id, estimate }) => [id, estimate]));
    return { envelope: envelopeOf(graph, estimates, basis, session.parallelism), basis };
  }

  return {
    /**
     * The plan of a session that is not there yet, from what is written of it so far. Null where a planner will make it.
     * Throws INVALID with the field for an unknown blueprint, parameter or repository.
     */
    async preview(actor: Actor, raw: unknown): Promise<SessionPlanPreview> {
      const teamId = teamOf(actor);
      authorize(actor, 'session.create', { teamId });
      const parsed = sessionPreviewInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const input = parsed.data;
      if (input.repositoryId && !(await store.repositories.get(teamId, input.repositoryId)))
        throw invalid([{ path: 'repositoryId', message: 'There is no such repository.' }]);
      const { source, tasks } = await choosePlan(deps, {
        teamId,
        // A title that is not written yet must not refuse the plan: it fills those of the tasks.
        title: input.title.trim().length < 3 ? 'the goal' : input.title.trim(),
        prompt: input.prompt,
        blueprint: input.blueprint ?? null,
        parameters: input.parameters,
        parentId: input.parentId ?? null,
      });
      if (tasks === null) return { source, preview: null };
      const { parallelism } = input;
      const repositoryId = input.repositoryId ?? null;
      const { blueprint } = source;
      const prices = deps.prices(input.model ?? null);
      const plan = { teamId, repositoryId, blueprint, tasks, parallelism, prices };
      return { source, preview: await previewPlan(store, plan) };
    },

    /** The envelope of a planned session: hours, tokens, cost, with what they rest on. Null before there is a plan. */
    async envelope(actor: Actor, ref: string): Promise<PlanEnvelope | null> {
      return envelopeFor(await readPlan(actor, ref));
    },

    /**
     * What a page draws of a session's graph, from one reading of it: the tasks without their `dependencies` (the edges
     * say them), the critical path, the envelope and which tasks (by id) may collide.
     */
    async drawn(actor: Actor, ref: string): Promise<DrawnPlan> {
      const read = await readPlan(actor, ref);
      return {
        tasks: read.tasks,
        edges: read.edges.map(edgeOf),
        criticalPath: criticalPath(read.graph).path,
        envelope: await envelopeFor(read),
        collisions: collisionsIn(read),
      };
    },

    /** Where the plan came from, its envelope and collisions; null before there is a plan. */
    async get(actor: Actor, ref: string): Promise<StoredPlan | null> {
      const read = await readPlan(actor, ref);
      const known = await envelopeFor(read);
      if (known === null) return null;
      return { source: read.session.planSource, ...known, collisions: collisionsIn(read) };
    },
  };
}

function collisionsIn({ tasks, graph }: Pick<ReadPlan, 'tasks' | 'graph'>): PlanCollision[] {
  const claims = tasks.some(({ writes, predictedWrites }) => writes.length + predictedWrites.length > 0);
  // What nobody announced cannot collide; of a large plan the edges of its leaves alone are many.
  if (!claims) return [];
  const index = indexOf(graph);
  const leaves = new Set(leavesOf(index).map((place) => index.nodes[place]?.id ?? ''));
  return collisionsOf(
    tasks.flatMap(({ id, writes, predictedWrites }) => (leaves.has(id) ? [{ key: id, writes, predictedWrites }] : [])),
    leafEdges(graph),
  );
}

/** The dependencies as they bind leaves: one on a group binds everything in it. */
function leafEdges(graph: TaskGraph): TaskGraph['edges'] {
  const index = indexOf(graph);
  const under = (place: number): string[] => {
    if (!isGroup(index, place)) return [index.nodes[place]?.id ?? ''];
    return (index.children[place] ?? []).flatMap(under);
  };
  return index.edges.flatMap(({ edge, from, to }) =>
    under(from).flatMap((first) => under(to).map((second) => ({ ...edge, from: first, to: second }))),
  );
}
