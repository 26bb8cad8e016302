// Every page, every REST call and every socket room, asked by every role, of the own team and of another one. What has to
// come out is read off the matrix of roles; a surface that is added is walked without a line here.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Permission, type Role, roles } from './domain/actor.ts';
import { mayByMatrix } from './domain/testing/roles-matrix.ts';
import { type ApiServer, openApiServer } from './http/testing/api-server.ts';
import { createRealtime } from './infrastructure/realtime.ts';
import { createLogger } from './log.ts';
import { socketGate } from './socket-gate.ts';
import {
  filled,
  namedElsewhere,
  nests,
  type Operation,
  operationsOf,
  otherwise,
  soundBody,
} from './testing/operations.ts';
import { addressOf, formOf, kindOf } from './testing/page-address.ts';
import { openPages, type PageRoute } from './testing/pages.ts';
import { makeWholeTeam, type WholeTeam } from './testing/two-teams.ts';

/** A word that stands nowhere but in the other team's things. */
const mark = 'Quagga';
const leaks = (told: unknown) =>
  JSON.stringify(told ?? null)
    .toLowerCase()
    .includes(mark.toLowerCase());
const generous = { reads: 1e6, writes: 1e6, strangers: 1e6 };

let server: ApiServer;
let here: WholeTeam;
let elsewhere: WholeTeam;
let pages: Awaited<ReturnType<typeof openPages>>;
beforeAll(async () => {
  server = await openApiServer({ rates: generous });
  here = await makeWholeTeam(server, 'Here');
  elsewhere = await makeWholeTeam(server, mark);
  pages = await openPages(server.services);
});
afterAll(() => server.close());

/**
 * What comes back for a thing of another team, and nothing else: refused where the role may not, else not found. `among` is
 * whose things it would hang on: nobody's, or somebody else's of the own team.
 */
function expected({ id, permission, resource }: Operation, role: Role, among: 'nothing' | 'others'): number[] {
  // What agents outside report takes an agent's own token, and no person has one.
  if (permission === null || permission === 'attempt.report') return [403, 404];
  const own = among === 'nothing' && id !== 'waiveProof';
  return [mayByMatrix(role, permission, resource, own) ? 404 : 403];
}

const named = () => operationsOf(server.document).filter(({ path }) => path.includes('{'));

async function sends(operation: Operation, address: string, token: string, team: WholeTeam) {
  const { method, path } = operation;
  const sent = { token, ...soundBody(operation, team, server.document) };
  const { status, body } = await server.send(method, `/api/v1${address}`, sent);
  return { status, body, told: `${method} ${path} → ${status} ${JSON.stringify(body).slice(0, 160)}` };
}

test('REST: another team’s things do not exist, whoever asks; permission comes before existence', async () => {
  const wrong: string[] = [];
  const before = await elsewhere.audit();
  for (const operation of named()) {
    const whole = ['nothing', filled(operation, elsewhere)] as const;
    const others = otherwise(elsewhere).map((team) => ['nothing', filled(operation, team)] as const);
    const fresh = others.filter(([, address]) => address !== whole[1]);
    const below = nests(operation) ? [['others', filled(operation, here, elsewhere)] as const] : [];
    for (const [among, address] of [whole, ...fresh, ...below]) {
      for (const role of roles) {
        const { status, body, told } = await sends(operation, address, here.people[role].token, elsewhere);
        if (!expected(operation, role, among).includes(status) || leaks(body)) wrong.push(`${role}: ${told}`);
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(await elsewhere.audit()).toBe(before);
});

test('REST: the token of an agent outside opens nothing of another team, and nothing that is not its report', async () => {
  const wrong: string[] = [];
  const token = here.ids['outside token'] ?? '';
  for (const operation of operationsOf(server.document).filter(({ path }) => !path.endsWith('/register'))) {
    const { status, body, told } = await sends(operation, filled(operation, elsewhere), token, elsewhere);
    const reports = operation.permission === 'attempt.report';
    if (![403, ...(reports ? [404] : [])].includes(status) || leaks(body)) wrong.push(told);
  }
  expect(wrong).toEqual([]);
  const heartbeat = { token, body: { status: 'healthy' } };
  const answer = await server.send('POST', `/api/v1/agents/external/${here.ids.external}/heartbeat`, heartbeat);
  expect(answer.status).toBe(200);
});

test('REST: an id of another team in a body or a filter names nothing, where the own team’s id does', async () => {
  const wrong: string[] = [];
  const before = await elsewhere.audit();
  const { token } = here.people.admin;
  for (const [method, path, bodyOf] of namedElsewhere) {
    const address = path.replace(/\{(.+?)\}/, (_, kind: string) => here.ids[kind] ?? '');
    for (const [whose, { ids }] of [['foreign', elsewhere] as const, ['own', here] as const]) {
      const { status, body } = await server.send(method, `/api/v1${address}`, { token, body: bodyOf(ids, here.ids) });
      const missing = status === 404 || status === 422 || body?.failed > 0;
      if (missing !== (whose === 'foreign') || status >= 500 || leaks(body))
        wrong.push(`${whose}: ${method} ${path} → ${status} ${JSON.stringify(body).slice(0, 200)}`);
    }
  }
  for (const list of ['asks', 'approvals', 'conflicts', 'contexts']) {
    const { body } = await server.send('GET', `/api/v1/${list}?sessionId=${elsewhere.ids.sessions}`, { token });
    if ((body.items ?? []).length > 0 || leaks(body))
      wrong.push(`${list} of a foreign session: ${JSON.stringify(body)}`);
  }
  expect(wrong).toEqual([]);
  expect(await elsewhere.audit()).toBe(before);
});

test('REST: in the own team each role reads and writes what the matrix says, and lists hold nothing of others', async () => {
  const wrong: string[] = [];
  for (const operation of operationsOf(server.document)) {
    const { method, path, permission, resource } = operation;
    if (permission === null || permission === 'attempt.report') continue;
    for (const role of roles) {
      const { token } = here.people[role];
      const own = mayByMatrix(role, permission, resource, true);
      const any = mayByMatrix(role, permission, resource, false);
      // A change that is allowed is not made: an unknown field shows that the gate was passed.
      const sent = method === 'GET' ? {} : { body: { 'no such field': 1 } };
      const { status, body } = await server.send(method, `/api/v1${filled(operation, here)}`, { token, ...sent });
      // The things here are the admin's own: whoever may on own ones only is refused, or asked for a sound body first.
      const fine = any ? ![401, 403].includes(status) && status < 500 : own ? status < 500 : status === 403;
      if (!fine || leaks(body))
        wrong.push(`${role}: ${method} ${path} → ${status} ${JSON.stringify(body).slice(0, 160)}`);
    }
  }
  expect(wrong).toEqual([]);
});

/** Pages that refuse somebody who may not; every other page is read by everybody, and its buttons say what is refused. */
function permissionOf({ pattern }: PageRoute): Permission {
  return pattern.startsWith('/admin') ? 'team.manage' : 'read';
}

const asks = (role: Role, address: string, form?: Record<string, string>) =>
  pages.ask(
    new Request(`http://localhost${address}`, {
      headers: { cookie: `orchestrator_login=${here.people[role].login}` },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    }),
  );

test('pages: each role opens what the matrix says, and another team’s things are not found', async () => {
  const wrong: string[] = [];
  for (const route of pages.routes.filter(({ pattern }) => pattern !== '/*')) {
    for (const role of roles) {
      const may = mayByMatrix(role, permissionOf(route), undefined, true);
      const own = await asks(role, addressOf(route, here));
      const fine = may ? own.status < 400 || own.status === 404 : own.status === 403;
      if (!fine || leaks(own.told)) wrong.push(`${role}: ${route.pattern} → ${own.status} ${own.told.slice(0, 200)}`);
      if (!/:(?!token)/.test(route.pattern)) continue;
      const foreign = await asks(role, addressOf(route, elsewhere));
      if (foreign.status !== (may ? 404 : 403) || leaks(foreign.told))
        wrong.push(`${role}: ${route.pattern} of another team → ${foreign.status} ${foreign.told.slice(0, 200)}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('pages: no form changes another team, and a viewer’s changes nothing at all', async () => {
  const wrong: string[] = [];
  const before = await elsewhere.audit();
  const fields = formOf(elsewhere);
  for (const route of pages.routes.filter(
    ({ acts, pattern }) => acts && !/^\/(login|logout|join|reset|setup)/.test(pattern),
  )) {
    for (const role of roles) {
      for (const intent of [...route.intents, '']) {
        const entries = await here.audit();
        const id = elsewhere.ids[kindOf(route, elsewhere)] ?? '';
        // Below an own session or webhook the form may still name a task, a comment or a delivery of another team.
        const below = role === 'admin' && /^\/(sessions\/:slug|admin\/webhooks\/:id)/.test(route.pattern);
        for (const address of [addressOf(route, elsewhere), ...(below ? [addressOf(route, here)] : [])]) {
          const { status, told } = await asks(role, address, { ...fields, id, intent });
          const say = `${role}: POST ${route.pattern} ${intent} → ${status} ${told.slice(0, 160)}`;
          if (status >= 500 || leaks(told)) wrong.push(say);
          if (role === 'viewer' && (await here.audit()) !== entries) wrong.push(`${say} and was recorded`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
  expect(await elsewhere.audit()).toBe(before);
});

test('sockets: every role watches the own team’s sessions, and of another team nobody hears anything', async () => {
  const http = createServer();
  const realtime = createRealtime({
    ...socketGate(server.services, server.store),
    httpServer: http,
    log: createLogger({ level: 'silent' }),
    allowOrigin: () => true,
  });
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const sockets: Socket[] = [];
  const connect = (options: object) => {
    const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true, ...options });
    sockets.push(socket);
    return socket;
  };
  const [own, foreign] = [here.ids.sessions ?? '', elsewhere.ids.sessions ?? ''];
  // Not only sessions: no id of another team opens a room, nor does an own one that is no session's.
  const closed = [...new Set([...Object.values(elsewhere.ids), here.ids.tasks ?? ''])].filter((id) =>
    /^[0-9a-f-]{36}$/.test(id),
  );
  try {
    const agent = connect({ auth: { token: here.ids['outside token'] } });
    await new Promise((refused) => agent.once('connect_error', refused));
    for (const role of roles) {
      const { login, token } = here.people[role];
      for (const options of [{ extraHeaders: { cookie: `orchestrator_login=${login}` } }, { auth: { token } }]) {
        const socket = connect(options);
        const heard: { teamId?: string; sessionId: string | null }[] = [];
        const said: unknown[] = [];
        socket.on('events', (batch: typeof heard) => heard.push(...batch));
        for (const name of ['output', 'presence', 'gap']) socket.on(name, (message) => said.push(message));
        const answer = await socket.emitWithAck('watch', {
          sessions: [own, ...closed],
          team: true,
          after: { [own]: 0, [foreign]: 0, team: 0 },
        });
        expect(answer, role).toEqual({
          ok: true,
          sessions: { [own]: expect.any(Number) },
          denied: closed,
          team: expect.any(Number),
        });
        await expect.poll(() => heard.length, { timeout: 20_000 }).toBeGreaterThan(0);
        realtime.publish(await server.store.events.list(foreign, { after: 0, limit: 10 }));
        realtime.publish(await server.store.events.team(elsewhere.teamId, { after: 0, limit: 50 }));
        realtime.announce([
          { feed: { sessionId: foreign }, head: 9_999 },
          { feed: { teamId: elsewhere.teamId }, head: 9_999 },
        ]);
        const ids = {
          teamId: elsewhere.teamId,
          taskId: elsewhere.ids.tasks ?? '',
          attemptId: elsewhere.ids.attempts ?? '',
          partId: 'p',
        };
        realtime.output({ ...ids, sessionId: foreign, text: `${mark} said` });
        realtime.output({ ...ids, sessionId: own, teamId: here.teamId, text: 'the end' });
        await expect.poll(() => JSON.stringify(said), { timeout: 20_000 }).toContain('the end');
        await socket.emitWithAck('unwatch', {});
        expect(heard.map(({ sessionId }) => sessionId)).not.toContain(foreign);
        expect(JSON.stringify(said)).not.toContain(foreign);
        expect(leaks([heard, said])).toBe(false);
      }
    }
  } finally {
    for (const socket of sockets) socket.disconnect();
    realtime.close();
    await new Promise((closed) => http.close(closed));
  }
});

const order = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE'];
const depth = ({ path }: Operation) => path.split('/').length;

// Last, since it changes what the walks above go through: without it their 404 could be one for a body or a state.
test('REST: the very requests that found nothing of another team find the own team’s things', async () => {
  const wrong: string[] = [];
  const inOrder = named().toSorted(
    (a, b) => order.indexOf(a.method) - order.indexOf(b.method) || depth(b) - depth(a) || a.path.localeCompare(b.path),
  );
  for (const operation of inOrder.filter(({ permission }) => permission !== 'attempt.report')) {
    const { status, body, told } = await sends(operation, filled(operation, here), here.people.admin.token, here);
    const refusedHere = body?.error?.code === 'APPROVAL_REQUIRED' || body?.error?.code === 'UNAVAILABLE';
    // Nothing has landed, so no file can be commented on; everything else is taken, or refused for the state it is in.
    const fine = operation.id === 'createComment' ? status === 422 : status < 400 || status === 409 || refusedHere;
    if (!fine) wrong.push(told);
  }
  expect(wrong).toEqual([]);
});
