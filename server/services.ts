import { createAgents } from './application/agents.ts';
import { createApprovals } from './application/approvals/service.ts';
import { createArchitecture } from './application/architecture.ts';
import { createAsks } from './application/asks.ts';
import { createAudit } from './application/audit.ts';
import { createAuth } from './application/auth.ts';
import { createBlueprints } from './application/blueprints.ts';
import { createBudgets } from './application/budgets.ts';
import { createCheckpoints } from './application/checkpoints.ts';
import { createConflicts } from './application/conflicts.ts';
import { createContexts } from './application/contexts.ts';
import { createDatasets } from './application/datasets/service.ts';
import type { Deps } from './application/deps.ts';
import { createDiffs } from './application/diffs.ts';
import { createDrills } from './application/drills.ts';
import { createExternalAgents } from './application/external/service.ts';
import { createFigures } from './application/figures.ts';
import { createLocks } from './application/locks.ts';
import { createMembers } from './application/members.ts';
import { createOverview } from './application/overview.ts';
import { createPeopleData } from './application/people-data.ts';
import { createPlans } from './application/plans.ts';
import { createProofs } from './application/proofs.ts';
import { createReports } from './application/report/service.ts';
import { createRepositories } from './application/repositories.ts';
import { createRetention } from './application/retention.ts';
import { createReviews } from './application/review/service.ts';
import { createRouting } from './application/routing.ts';
import { createRuntimes } from './application/runtimes.ts';
import { createSessionExport } from './application/session-export.ts';
import { createSessions } from './application/sessions/service.ts';
import { createSystem } from './application/system.ts';
import { createTaskEdits } from './application/task-edits.ts';
import { createTasks } from './application/tasks.ts';
import { createTeams } from './application/teams.ts';
import { createTelemetryFeed } from './application/telemetry.ts';
import { createTimeline } from './application/timeline.ts';
import { createTokens } from './application/tokens.ts';
import { createViews } from './application/views.ts';
import { createWebhooks } from './application/webhooks.ts';
import { inTeams } from './in-teams.ts';

/** Every service, built once; pages and the API reach the same ones. */
export function createServices(deps: Deps, options: { setupCode: string; runtimeId: string }) {
  const { approvals } = inTeams(deps.store, { approvals: createApprovals(deps) });
  const system = createSystem(deps, approvals.lamp);
  return inTeams(deps.store, {
    auth: createAuth(deps, options),
    proofs: createProofs(deps),
    members: createMembers(deps),
    teams: createTeams(deps, options),
    tokens: createTokens(deps),
    views: createViews(deps),
    audit: createAudit(deps),
    locks: createLocks(deps),
    retention: createRetention(deps),
    peopleData: createPeopleData(deps),
    sessionExport: createSessionExport(deps),
    repositories: createRepositories(deps),
    sessions: createSessions(deps),
    tasks: createTasks(deps),
    timeline: createTimeline(deps),
    telemetry: createTelemetryFeed(deps),
    checkpoints: createCheckpoints(deps),
    diffs: createDiffs(deps),
    reviews: createReviews(deps),
    reports: createReports(deps),
    metrics: createFigures(deps),
    asks: createAsks(deps),
    approvals,
    agents: createAgents(deps),
    external: createExternalAgents(deps),
    runtimes: createRuntimes(deps),
    routing: createRouting(deps),
    blueprints: createBlueprints(deps),
    plans: createPlans(deps),
    taskEdits: createTaskEdits(deps),
    contexts: createContexts(deps),
    conflicts: createConflicts(deps),
    budgets: createBudgets(deps),
    webhooks: createWebhooks(deps),
    datasets: createDatasets(deps),
    overview: createOverview(deps),
    architecture: createArchitecture(deps),
    system,
    drills: createDrills(deps, () => system.health()),
  });
}

export type Services = ReturnType<typeof createServices>;
