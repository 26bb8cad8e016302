import { expect, test } from 'vitest';
import type { UserActor } from '../server/application/auth.ts';
import type { Role } from '../server/domain/actor.ts';
import type { Services } from '../server/services.ts';
import { assertAdmin, loginHeader, requireAdmin, requireSignIn, signedIn } from './auth.server.ts';
import { createLoadContext, signedInContext } from './context.ts';

async function enter(role: Role, asked: { path?: string; method?: string } = {}): Promise<unknown> {
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
  const { path = '/admin.data', method = 'GET' } = asked;
  const args = { request: new Request(new URL(path, url), { method }), url, pattern: '/admin', params: {}, context };
  try {
    await requireAdmin(args, async () => new Response());
    // A document passes the gate so that its frame is read; the layout's loader then refuses it.
    if (path === '/admin') assertAdmin(context);
    return 'in';
  } catch (refused) {
    return refused;
  }
}

test('the administration is for admins: everybody else gets 403 with the reason', async () => {
  const ways = [{}, { path: '/admin' }, { path: '/admin/team', method: 'POST' }];
  for (const way of ways) expect(await enter('admin', way)).toBe('in');
  for (const role of ['lead', 'member', 'viewer'] as const)
    for (const way of ways)
      expect(await enter(role, way)).toMatchObject({ init: { status: 403 }, data: { code: 'FORBIDDEN' } });
});

const opened = {
  token: 'fresh',
  expiresAt: new Date(),
  actor: { kind: 'user', id: 'u1', teamId: 't1', role: 'lead', name: 'Ada', email: 'ada@example.com' } as const,
};

test('the cookie is for this site, out of reach of scripts, and secure behind TLS whatever the last hop was', () => {
  const cookieAt = (address: string, publicUrl: string | null) =>
    loginHeader(opened, {
      url: new URL(address),
      context: createLoadContext({ services: {} as Services, nonce: '', publicUrl }),
    });
  const plain = cookieAt('http://localhost/login', null);
  expect(plain).toBe('orchestrator_login=fresh; Path=/; HttpOnly; SameSite=Lax; Max-Age=1209600');
  expect(cookieAt('https://app.example/login', null)).toBe(`${plain}; Secure`);
  expect(cookieAt('http://10.0.0.5:4400/login', 'https://app.example')).toBe(`${plain}; Secure`);
});

test('signing in makes a login of its own and ends the one the browser brought', async () => {
  const ended: string[] = [];
  const services = { auth: { logout: async (token: string) => void ended.push(token) } } as unknown as Services;
  const context = createLoadContext({ services, nonce: '' });
  const url = new URL('http://localhost/login');
  const request = new Request(url, { headers: { cookie: 'theme=dark; orchestrator_login=planted' } });
  const response = await signedIn(opened, { request, url, context }, '/asks');
  expect(ended).toEqual(['planted']);
  expect(response.headers.get('location')).toBe('/asks');
  expect(response.headers.getSetCookie()[0]).toMatch(/^orchestrator_login=fresh;/);
  const second = await signedIn({ second: 'k1.sealed', expiresAt: new Date() }, { request, url, context }, '/asks');
  expect(second.headers.get('location')).toBe('/login/code?next=%2Fasks');
  expect(second.headers.getSetCookie()).toEqual([
    'orchestrator_second=k1.sealed; Path=/login; HttpOnly; SameSite=Lax; Max-Age=300',
  ]);
  // The password alone has ended nothing and opened nothing.
  expect(ended).toHaveLength(1);
});

test.each([
  ['/sessions/IND-1?tab=x', null, '/login?next=%2Fsessions%2FIND-1%3Ftab%3Dx'],
  ['/', null, '/login'],
  // Data that a page asked for: back to the page, and to no other site's.
  ['/sessions/IND-1/events', 'http://localhost/sessions/IND-1', '/login?next=%2Fsessions%2FIND-1'],
  ['/palette', 'https://evil.example/sessions', '/login'],
  ['/palette', null, '/login'],
])('without a login %s asked from %s leads to %s', async (path, referer, to) => {
  const services = {
    auth: { actorFromLogin: async () => null, needsSetup: async () => false },
  } as unknown as Services;
  const context = createLoadContext({ services, nonce: '' });
  const url = new URL(`http://localhost${path}`);
  const request = new Request(url, { headers: referer === null ? {} : { referer } });
  const args = { request, url, pattern: path, params: {}, context };
  const refused: unknown = await Promise.resolve(requireSignIn(args, async () => new Response())).catch(
    (error) => error,
  );
  expect(refused instanceof Response && refused.headers.get('location')).toBe(to);
});

test('where the team wants a second factor, whoever has none is led to it from everywhere', async () => {
  const login = {
    actor: opened.actor,
    loginId: 'l1',
    teamName: 'Works',
    teams: [],
    provenAt: new Date(),
    mustEnrol: true,
  };
  const services = { auth: { actorFromLogin: async () => login } } as unknown as Services;
  const context = createLoadContext({ services, nonce: '' });
  const url = new URL('http://localhost/sessions');
  const args = { request: new Request(url), url, pattern: '/sessions', params: {}, context };
  const led: unknown = await Promise.resolve(requireSignIn(args, async () => new Response())).catch((error) => error);
  expect(led instanceof Response && led.headers.get('location')).toBe('/second-factor');
});
