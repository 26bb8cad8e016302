import { type Actor, authorize } from '../domain/actor.ts';
import type { BudgetAccount } from '../domain/budget.ts';
import { monthOf } from '../domain/budget-words.ts';
import { namesIn, type TaskName, taskOf } from '../domain/event-filter.ts';
import type { EventType, TimelineEvent } from '../domain/events.ts';
import type { Flow, OpenWork } from '../domain/flow.ts';
import type { Handovers } from '../domain/handover.ts';
import { type MatrixSpan, windowOf } from '../domain/matrix.ts';
import type { Deps } from './deps.ts';
import type { Tracks } from './overview-port.ts';
import { teamOf } from './tokens.ts';

/** What an operator wants to hear of when he comes back: ends, people, faults, and what moved by itself. */
const changeTypes: readonly EventType[] = [
  'session.created',
  'session.status_changed',
  'session.retried',
  'session.force_completed',
  'plan.rejected',
  'verification.failed',
  'merge.completed',
  'conflict.detected',
  'conflict.resolved',
  'checkpoint.restored',
  'evidence.waived',
  'ask.opened',
  'ask.answered',
  'ask.escalated',
  'ask.expired',
  'approval.requested',
  'approval.decided',
  'approval.expired',
  'agent.registered',
  'agent.updated',
  'agent.state_changed',
  'agent.tier_changed',
  'runtime.state_changed',
  'budget.exhausted',
  'recovery.taken_over',
];

/** With the names of the session and the task it happened to. */
export type Change = TimelineEvent & { sessionSlug: string | null; task: TaskName | null };

/** Sums over a day are read again no sooner than this, however many watch. */
const flowMs = 5_000;

const handoverDays = 30;

/** The control room's first screen: what was, what is at work, what flows. */
export function createOverview(deps: Deps) {
  const { store, clock } = deps;
  const flows = new Map<string, { until: number; flow: Promise<Flow> }>();

  const mayRead = (actor: Actor) => {
    authorize(actor, 'read', { teamId: teamOf(actor), resource: 'sessions' });
    return teamOf(actor);
  };

  return {
    /** The sessions of the span, at most `limit` (1–200), with what is needed to draw each slice of it. */
    async matrix(actor: Actor, span: MatrixSpan, limit: number): Promise<Tracks & { at: Date }> {
      const teamId = mayRead(actor);
      const at = clock();
      const { from } = windowOf(span, at);
      return { ...(await store.overview.tracks(teamId, { from, limit })), at };
    },

    /** The open attempts, oldest first, at most 500. */
    async work(actor: Actor): Promise<OpenWork[]> {
      return store.overview.work(mayRead(actor), 500);
    },

    /** Throughput, queue and use; at most five seconds old. */
    async flow(actor: Actor): Promise<Flow & { month: BudgetAccount }> {
      const teamId = mayRead(actor);
      const month = await store.budgets.teamMonth(teamId, monthOf(clock()));
      const known = flows.get(teamId);
      if (known !== undefined && known.until > clock().getTime()) return { ...(await known.flow), month };
      const flow = store.overview.flow(teamId);
      flows.set(teamId, { until: clock().getTime() + flowMs, flow });
      // A reading that failed is not what the next one gets.
      flow.catch(() => flows.delete(teamId));
      return { ...(await flow), month };
    },

    /** Who was given work and who handed it on, over the last 30 days. */
    async handovers(actor: Actor): Promise<Handovers> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'agents' });
      const since = new Date(clock().getTime() - handoverDays * 86_400_000);
      return store.overview.handovers(teamOf(actor), since);
    },

    /** What changed in the last hour, newest first. */
    async changes(actor: Actor, limit: number): Promise<Change[]> {
      const teamId = mayRead(actor);
      const from = new Date(clock().getTime() - 3_600_000);
      const events = await store.overview.milestones(teamId, { from, types: changeTypes, limit });
      const tasks = [...new Set(events.flatMap((event) => taskOf(event) ?? []))];
      const names = await store.overview.names(teamId, { sessions: [], attempts: [], tasks });
      return events.map((event) => ({ ...event, task: namesIn(event, names).task }));
    },
  };
}
