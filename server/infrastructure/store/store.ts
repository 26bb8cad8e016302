import { sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { inTeam, outsideTeams } from '../../../db/team-scope.ts';
import type { Aggregates, Store } from '../../application/store-port.ts';
import type { Redact } from '../redaction.ts';
import { createAgents } from './agents.ts';
import { createApprovals } from './approvals.ts';
import { createAskRules } from './ask-rules.ts';
import { createAsks } from './asks.ts';
import { createAttempts } from './attempts.ts';
import { createAudit } from './audit.ts';
import { createBlobs } from './blobs.ts';
import { createBlueprints } from './blueprints.ts';
import { createBudgets } from './budgets.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createCollector } from './collected-events.ts';
import { createMoveCollector } from './collected-moves.ts';
import { createConflicts } from './conflicts.ts';
import { createContexts } from './contexts.ts';
import { translate } from './database-errors.ts';
import { createDatasets } from './datasets.ts';
import { createDrills } from './drills.ts';
import { whatIsDue } from './due.ts';
import { createEvents } from './events.ts';
import { createExternalAgents } from './external-agents.ts';
import { createExternalRuns } from './external-runs.ts';
import { createTransactions, type Handle } from './handle.ts';
import { createHistory } from './history.ts';
import { createIdempotency } from './idempotency.ts';
import { createIdentities } from './identities.ts';

import { createInstances } from './instances.ts';

import { createInvitations } from './invitations.ts';
import { readJobQueues } from './job-queues.ts';
import { createLeftRecords } from './left-records.ts';
import { createLocks } from './locks.ts';
import { createLogins } from './logins.ts';
import { createMembers } from './members.ts';
import { createMetrics } from './metrics.ts';
import { createModelCalls } from './model-calls.ts';
import { createOutbox } from './outbox.ts';
import { createOverview } from './overview.ts';
import { createPasswordResets } from './password-resets.ts';
import { createPersons } from './persons.ts';
import { createPrompts } from './prompts.ts';
import { redacting } from './redacting.ts';
import { createRepositories } from './repositories.ts';
import { createRetention } from './retention.ts';
import { createComments, createMerges, createReviewDecisions } from './reviews.ts';
import { createRouting } from './routing.ts';
import { createRuntimes } from './runtimes.ts';
import { createSecondFactors } from './second-factors.ts';
import { createSessionWork } from './session-work.ts';
import { createSessions } from './sessions.ts';
import { createTasks } from './tasks.ts';
import { createTeams } from './teams.ts';
import { createTokens } from './tokens.ts';
import { createTurns } from './turns.ts';
import { createUsers } from './users.ts';
import { createViews } from './views.ts';
import { createWebhooks } from './webhooks.ts';

/** Puts jobs on the queue, by the handle they belong to; without one only the rows are written. */
export type Enqueue = (handle: Handle, ...given: Parameters<Aggregates['jobs']['enqueue']>) => Promise<void>;

interface StoreOptions {
  redact?: Redact;
  enqueue?: Enqueue;
  /** How often agents outside are to be heard from. */
  heartbeatSeconds?: number;
}

/** The store of the application over an open database. */
export function createStore(database: Pick<Database, 'db' | 'kind'>, options: StoreOptions = {}): Store {
  const { outer, transaction, onCommit } = createTransactions(database);
  const { redact, enqueue = async () => undefined, heartbeatSeconds = 30 } = options;
  const clean = (all: Aggregates) => (redact === undefined ? all : redacting(all, redact));
  const over = (handle: Handle) => clean(aggregatesOver(handle, enqueue, heartbeatSeconds));
  const all = aggregatesOver(outer, enqueue, heartbeatSeconds);
  return {
    ...translated(
      clean({
        ...all,
        events: { ...all.events, collect: createCollector(outer, all.events.append) },
        sessions: { ...all.sessions, move: createMoveCollector(outer, all.sessions.move) },
      }),
    ),
    onCommit,
    inTeam,
    everyTeam: outsideTeams,
    async transaction(work) {
      try {
        return await transaction((handle) => work(over(handle)));
      } catch (error) {
        throw translate(error);
      }
    },
    now: inOurWords(async () => {
      const [row] = await outer.rows(sql`select clock_timestamp() as now`);
      return new Date(String(row?.now));
    }),
    due: inOurWords(() => whatIsDue(outer)),
    ping: inOurWords(async () => {
      await outer.rows(sql`select 1`);
    }),
  };
}

function aggregatesOver(handle: Handle, enqueue: Enqueue, heartbeatSeconds: number): Aggregates {
  return {
    teams: createTeams(handle),
    users: createUsers(handle),
    members: createMembers(handle),
    invitations: createInvitations(handle),
    passwordResets: createPasswordResets(handle),
    secondFactors: createSecondFactors(handle),
    identities: createIdentities(handle),
    logins: createLogins(handle),
    tokens: createTokens(handle),
    repositories: createRepositories(handle),
    runtimes: createRuntimes(handle),
    instances: createInstances(handle),
    agents: createAgents(handle, heartbeatSeconds),
    external: { ...createExternalAgents(handle), ...createExternalRuns(handle) },
    sessionWork: createSessionWork(handle),
    sessions: createSessions(handle),
    tasks: createTasks(handle),
    attempts: createAttempts(handle),
    turns: createTurns(handle),
    routing: createRouting(handle),
    conflicts: createConflicts(handle),
    contexts: createContexts(handle),
    blueprints: createBlueprints(handle),
    history: createHistory(handle),
    budgets: createBudgets(handle),
    checkpoints: createCheckpoints(handle),
    asks: createAsks(handle),
    askRules: createAskRules(handle),
    approvals: createApprovals(handle),
    prompts: createPrompts(handle),
    events: createEvents(handle),
    outbox: createOutbox(handle),
    audit: createAudit(handle),
    modelCalls: createModelCalls(handle),
    metrics: createMetrics(handle),
    overview: createOverview(handle),
    blobs: createBlobs(handle),
    idempotency: createIdempotency(handle),
    locks: createLocks(handle),
    webhooks: createWebhooks(handle),
    jobs: { enqueue: (jobs) => enqueue(handle, jobs), queues: () => readJobQueues(handle) },
    drills: createDrills(handle),
    datasets: createDatasets(handle),
    views: createViews(handle),
    retention: createRetention(handle),
    leftRecords: createLeftRecords(handle),
    persons: createPersons(handle),
    comments: createComments(handle),
    reviews: createReviewDecisions(handle),
    merges: createMerges(handle),
  };
}

/**
 * The same verbs, with failures of the database in the domain's words. Inside a transaction they stay as they are until
 * its end, because it may be repeated.
 */
function translated(aggregates: Aggregates): Aggregates {
  const wrapped: Record<string, Record<string, unknown>> = {};
  for (const [name, verbs] of Object.entries(aggregates)) {
    wrapped[name] = Object.fromEntries(
      Object.entries<Verb>({ ...verbs }).map(([verb, run]) => [verb, inOurWords(run)]),
    );
  }
  return wrapped as unknown as Aggregates;
}

type Verb = (...given: unknown[]) => Promise<unknown>;

function inOurWords<Given extends unknown[], T>(run: (...given: Given) => Promise<T>): (...given: Given) => Promise<T> {
  return async (...given) => {
    try {
      return await run(...given);
    } catch (error) {
      throw translate(error);
    }
  };
}
