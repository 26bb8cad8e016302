import { expect, test } from 'vitest';
import type { UserActor } from '../server/application/auth.ts';
import type { Role } from '../server/domain/actor.ts';
import type { Services } from '../server/services.ts';
import { requireAdmin } from './auth.server.ts';
import { createLoadContext, signedInContext } from './context.ts';

async function enter(role: Role): Promise<unknown> {
  const context = createLoadContext({ services: {} as Services, nonce: '' });
  const actor: UserActor = { kind: 'user', id: 'u1', teamId: 't1', role, name: 'Ada', email: 'ada@example.com' };
  context.set(signedInContext, {
    actor,
    loginId: 'l1',
    teamName: 'Works',
    teams: [],
    mustEnrol: false,
    provenAt: new Date(),
  });
  const url = new URL('http://localhost/admin');
  const args = { request: new Request(url), url, pattern: '/admin', params: {}, context };
  try {
    await requireAdmin(args, async () => new Response());
    return 'in';
  } catch (refused) {
    return refused;
  }
}

test('the administration is for admins: everybody else gets 403 with the reason', async () => {
  expect(await enter('admin')).toBe('in');
  for (const role of ['lead', 'member', 'viewer'] as const)
    expect(await enter(role)).toMatchObject({ init: { status: 403 }, data: { code: 'FORBIDDEN' } });
});
