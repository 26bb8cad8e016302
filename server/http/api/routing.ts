import { routeInput, whatIfInput } from '../../domain/routing-input.ts';
import { type Route, route } from './route.ts';
import { routeOut, routeShape, whatIfOut, whatIfShape } from './shapes/route.ts';

const tag = 'agents';
const permission = { name: 'read', resource: 'agents' } as const;

/** Who would be chosen, and who would have been. Both only read. */
export const routingRoutes: Route[] = [
  route({
    method: 'post',
    path: '/agents/route',
    operationId: 'routeDryRun',
    summary: 'Decide as the dispatcher would at this moment, with the full explanation, and assign nothing',
    tag,
    permission,
    body: routeInput,
    responses: { 200: { description: 'The decision.', schema: routeShape } },
    async handle({ services, actor, body }) {
      return { status: 200, json: routeOut(await services.routing.dryRun(actor, body)) };
    },
  }),
  route({
    method: 'post',
    path: '/agents/what-if',
    operationId: 'routeWhatIf',
    summary: 'Ask the decisions of the last days again under other weights',
    tag,
    permission,
    body: whatIfInput,
    responses: { 200: { description: 'What would have changed.', schema: whatIfShape } },
    async handle({ services, actor, body }) {
      return { status: 200, json: whatIfOut(await services.routing.whatIf(actor, body)) };
    },
  }),
];
