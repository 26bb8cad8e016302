import { forceReleaseInput } from '../../domain/lock-input.ts';
import { type Route, route } from './route.ts';
import { lockHolderOut, lockHolderShape, locksOut, locksShape } from './shapes/lock.ts';

const tag = 'locks';
const permission = { name: 'team.manage' } as const;

export const lockRoutes: Route[] = [
  route({
    method: 'get',
    path: '/locks',
    operationId: 'getLocks',
    summary: 'Who holds which lock, who waits, and who waits for whom',
    tag,
    permission,
    responses: { 200: { description: 'The queues of the team.', schema: locksShape } },
    async handle({ services, actor }) {
      return { status: 200, json: locksOut(await services.locks.view(actor)) };
    },
  }),
  route({
    method: 'post',
    path: '/locks/force-release',
    operationId: 'forceReleaseLock',
    summary: 'Take a lock away from whoever holds it; audited, and its holder writes no more under it',
    tag,
    permission,
    body: forceReleaseInput,
    responses: { 200: { description: 'Who held it.', schema: lockHolderShape } },
    async handle({ services, actor, body }) {
      return { status: 200, json: lockHolderOut(await services.locks.forceRelease(actor, body)) };
    },
  }),
];
