import { type Actor, authorize } from '../domain/actor.ts';
import { invalid, invalidFromZod } from '../domain/errors.ts';
import { collisionsOf } from '../domain/path-leases.ts';
import type { PlanCollision, PlanPreview, SessionPlanPreview } from '../domain/plan-preview.ts';
import type { PlanSource } from '../domain/session.ts';
import { sessionPreviewInput } from '../domain/session-preview-input.ts';
import { envelopeOf } from '../domain/task-graph/envelope.ts';
import type { TaskGraph } from '../domain/task-graph/graph.ts';
import { indexOf, isGroup, leavesOf } from '../domain/task-graph/graph.ts';
import { historyKey, recordsAsked } from '../domain/task-history.ts';
import type { Deps } from './deps.ts';
import { graphOf } from './graph-view.ts';
import { basisOf, previewPlan } from './plan-preview.ts';
import { choosePlan } from './plan-source.ts';
import { findSession } from './sessions/find.ts';
import { teamOf } from './tokens.ts';

/** A planned session's plan as a whole: where it came from, what it takes, and which of its tasks get in each other's way. */
export interface StoredPlan extends Pick<PlanPreview, 'envelope' | 'basis'> {
  readonly source: PlanSource | null;
  readonly collisions: readonly PlanCollision[];
}

/** Plans before they run: which source a session would have, what it is likely to take (domain.md 2.5, 4). */
export function createPlans(deps: Deps) {
  const { store } = deps;

  async function graphAt(actor: Actor, ref: string) {
    const session = await findSession(deps, actor, ref, 'read');
    const [tasks, edges] = await Promise.all([store.tasks.bySession(session.id), store.tasks.dependencies(session.id)]);
    return { session, tasks, graph: graphOf(tasks, edges) };
  }

  async function envelope(actor: Actor, ref: string): Promise<Pick<PlanPreview, 'envelope' | 'basis'> | null> {
    const { session, tasks, graph } = await graphAt(actor, ref);
    if (session.plannedAt === null) return null;
    const keys = [...new Set(tasks.map((task) => historyKey(task.planKey, task.capabilities)))];
    const own = new Set(tasks.map(({ id }) => id));
    const records = await store.history.ofKeys(session.teamId, keys, { limitPerKey: recordsAsked });
    const samples = records.filter(({ taskId }) => !own.has(taskId)).length;
    const basis = await basisOf(store, session.teamId, samples, deps.prices(session.model));
    const estimates = new Map(tasks.map(({ id, estimate }) => [id, estimate]));
    return { envelope: envelopeOf(graph, estimates, basis, session.parallelism), basis };
  }

  async function collisions(actor: Actor, ref: string): Promise<PlanCollision[]> {
    const { tasks, graph } = await graphAt(actor, ref);
    const index = indexOf(graph);
    const leaves = new Set(leavesOf(index).map((place) => index.nodes[place]?.id ?? ''));
    return collisionsOf(
      tasks.flatMap(({ id, writes, predictedWrites }) =>
        leaves.has(id) ? [{ key: id, writes, predictedWrites }] : [],
      ),
      leafEdges(graph),
    );
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
    envelope,

    /** Tasks of a stored graph that may collide, by task id. */
    collisions,

    /** All of it at once; null before there is a plan. */
    async get(actor: Actor, ref: string): Promise<StoredPlan | null> {
      const session = await findSession(deps, actor, ref, 'read');
      const known = await envelope(actor, ref);
      if (known === null) return null;
      return { source: session.planSource, ...known, collisions: await collisions(actor, ref) };
    },
  };
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
