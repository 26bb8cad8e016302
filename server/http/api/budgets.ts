import { sessionParams } from './params.ts';
import { type Route, route } from './route.ts';
import { sessionBudgetOut, sessionBudgetShape, teamBudgetOut, teamBudgetShape } from './shapes/budget.ts';

const tag = 'budgets';
const read = { name: 'read', resource: 'sessions' } as const;

/** The reservation ledger, to read. A session's caps are changed with the session. */
export const budgetRoutes: Route[] = [
  route({
    method: 'get',
    path: '/sessions/{id}/budget',
    operationId: 'getSessionBudget',
    summary: "Read a session's budget: caps, drawn, spent, and the accounts above it",
    tag,
    permission: read,
    params: sessionParams,
    responses: { 200: { description: 'The accounts.', schema: sessionBudgetShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: sessionBudgetOut(await services.budgets.ofSession(actor, params.id)) };
    },
  }),
  route({
    method: 'get',
    path: '/teams/current/budget',
    operationId: 'getTeamBudget',
    summary: "Read what the team's month has spent and drawn, and when its tokens come back",
    tag,
    permission: read,
    responses: { 200: { description: 'The account.', schema: teamBudgetShape } },
    async handle({ services, actor }) {
      return { status: 200, json: teamBudgetOut(await services.budgets.ofTeam(actor)) };
    },
  }),
];
