import type { createAgents } from '../../application/agents.ts';
import type { createApprovals } from '../../application/approvals/service.ts';
import type { createAsks } from '../../application/asks.ts';
import type { createAudit } from '../../application/audit.ts';
import type { createAuth } from '../../application/auth.ts';
import type { createBlueprints } from '../../application/blueprints.ts';
import type { createBudgets } from '../../application/budgets.ts';
import type { createCheckpoints } from '../../application/checkpoints.ts';
import type { createConflicts } from '../../application/conflicts.ts';
import type { createContexts } from '../../application/contexts.ts';
import type { createDatasets } from '../../application/datasets/service.ts';
import type { createDiffs } from '../../application/diffs.ts';
import type { createExternalAgents } from '../../application/external/service.ts';
import type { createFigures } from '../../application/figures.ts';
import type { createLocks } from '../../application/locks.ts';
import type { createMembers } from '../../application/members.ts';
import type { createPlans } from '../../application/plans.ts';
import type { createReports } from '../../application/report/service.ts';
import type { createRepositories } from '../../application/repositories.ts';
import type { createReviews } from '../../application/review/service.ts';
import type { createRouting } from '../../application/routing.ts';
import type { createRuntimes } from '../../application/runtimes.ts';
import type { createSessions } from '../../application/sessions/service.ts';
import type { createTaskEdits } from '../../application/task-edits.ts';
import type { createTasks } from '../../application/tasks.ts';
import type { createTeams } from '../../application/teams.ts';
import type { createTimeline } from '../../application/timeline.ts';
import type { createTokens } from '../../application/tokens.ts';
import type { createWebhooks } from '../../application/webhooks.ts';

/** The services this surface speaks to, out of those the composition root builds. */
export interface ApiServices {
  readonly auth: Pick<ReturnType<typeof createAuth>, 'actorFromLogin' | 'actorFromToken'>;
  readonly audit: Pick<ReturnType<typeof createAudit>, 'list' | 'ofSession' | 'verify' | 'exportLines'>;
  readonly locks: ReturnType<typeof createLocks>;
  readonly sessions: ReturnType<typeof createSessions>;
  readonly tasks: ReturnType<typeof createTasks>;
  readonly taskEdits: ReturnType<typeof createTaskEdits>;
  readonly plans: ReturnType<typeof createPlans>;
  readonly timeline: Pick<ReturnType<typeof createTimeline>, 'ofSession' | 'ofTeam' | 'search'>;
  readonly checkpoints: ReturnType<typeof createCheckpoints>;
  readonly diffs: ReturnType<typeof createDiffs>;
  readonly reports: ReturnType<typeof createReports>;
  readonly reviews: ReturnType<typeof createReviews>;
  readonly metrics: Pick<ReturnType<typeof createFigures>, 'ofSession'>;
  readonly repositories: ReturnType<typeof createRepositories>;
  readonly members: Pick<ReturnType<typeof createMembers>, 'list' | 'create' | 'update' | 'remove'>;
  readonly teams: Pick<ReturnType<typeof createTeams>, 'list' | 'get' | 'create' | 'update'>;
  readonly tokens: Pick<ReturnType<typeof createTokens>, 'list' | 'create' | 'rotate' | 'revoke'>;
  readonly datasets: ReturnType<typeof createDatasets>;
  readonly webhooks: ReturnType<typeof createWebhooks>;
  readonly blueprints: ReturnType<typeof createBlueprints>;
  readonly budgets: ReturnType<typeof createBudgets>;
  readonly asks: ReturnType<typeof createAsks>;
  readonly approvals: ReturnType<typeof createApprovals>;
  readonly conflicts: ReturnType<typeof createConflicts>;
  readonly contexts: ReturnType<typeof createContexts>;
  readonly runtimes: ReturnType<typeof createRuntimes>;
  readonly agents: ReturnType<typeof createAgents>;
  readonly external: ReturnType<typeof createExternalAgents>;
  readonly routing: Pick<ReturnType<typeof createRouting>, 'dryRun' | 'whatIf'>;
}

/** What one of their verbs answers. */
export type Answered<S extends keyof ApiServices, V extends keyof ApiServices[S]> = ApiServices[S][V] extends (
  ...args: never[]
) => Promise<infer R>
  ? R
  : never;
