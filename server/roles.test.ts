// Every page, every REST call and every socket room, asked by every role, of the own team and of another one. What has to
// come out is read off the matrix of roles; a surface that is added is walked without a line here.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Permission, type Resource, type Role, roles } from './domain/actor.ts';
import { mayByMatrix } from './domain/testing/roles-matrix.ts';
import { type ApiServer, openApiServer } from './http/testing/api-server.ts';
import { createRealtime } from './infrastructure/realtime.ts';
import { createLogger } from './log.ts';
import { socketGate } from './socket-gate.ts';
import { openPages, type PageRoute } from './testing/pages.ts';
import { sampleOf } from './testing/sample.ts';
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

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly permission: Permission | null;
  readonly resource: Resource | undefined;
  readonly schema: object | undefined;
}

/** What the document of the API says there is. */
function operations(): Operation[] {
  return Object.entries(server.document.paths as Record<string, Record<string, Record<string, unknown>>>).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, said]) => ({
        method: method.toUpperCase(),
        path,
        permission: (said['x-permission'] as Permission | undefined) ?? null,
        resource: said['x-resource'] as Resource | undefined,
        schema: (said.requestBody as { content: Record<string, { schema: object }> } | undefined)?.content[
          'application/json'
        ]?.schema,
      })),
  );
}

/** What stands for a parameter: the thing of that team where one was made, else some other thing of it. */
function filled(path: string, team: WholeTeam): string {
  const area = path.split('/')[1] ?? '';
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (name === 'sequence') return '1';
    if (name === 'path') return 'mark';
    if (name === 'attemptId') return team.ids.attempts ?? '';
    if (name === 'agentId') return team.ids.agents ?? '';
    if (name === 'id' || name === 'key') return team.ids[area] ?? team.ids.sessions ?? '';
    return team.ids.tasks ?? '';
  });
}

const bodyFor = ({ method, schema }: Operation): { body?: unknown } =>
  method === 'GET' || schema === undefined ? {} : { body: sampleOf(schema, server.document) };

/** What may come back for a thing of another team: refused where the role may not at all, else not found. */
function expected({ permission, resource }: Operation, role: Role): number[] {
  // What agents outside report takes an agent's own token, and no person has one.
  if (permission === null || permission === 'attempt.report') return [401, 403, 404];
  if (!mayByMatrix(role, permission, resource, true)) return [403];
  // Whoever may on own things only is refused or finds nothing; a body or a query that is not whole is told first.
  const anyones = mayByMatrix(role, permission, resource, false) && permission !== 'token.own';
  return anyones ? [404, 422] : [403, 404, 422];
}

test('REST: another team’s things do not exist, whoever asks; permission comes before existence', async () => {
  const wrong: string[] = [];
  const before = await elsewhere.audit();
  for (const operation of operations().filter(({ path }) => path.includes('{'))) {
    for (const role of roles) {
      const { method } = operation;
      const path = filled(operation.path, elsewhere);
      const { token } = here.people[role];
      const { status, body } = await server.send(method, `/api/v1${path}`, { token, ...bodyFor(operation) });
      const told = `${role}: ${method} ${operation.path} → ${status} ${JSON.stringify(body).slice(0, 160)}`;
      if (!expected(operation, role).includes(status) || leaks(body)) wrong.push(told);
    }
  }
  expect(wrong).toEqual([]);
  expect(await elsewhere.audit()).toBe(before);
});

test('REST: in the own team each role reads and writes what the matrix says, and lists hold nothing of others', async () => {
  const wrong: string[] = [];
  for (const operation of operations()) {
    const { method, path, permission, resource } = operation;
    if (permission === null || permission === 'attempt.report') continue;
    for (const role of roles) {
      const { token } = here.people[role];
      const own = mayByMatrix(role, permission, resource, true);
      const any = mayByMatrix(role, permission, resource, false);
      // A change that is allowed is not made: an unknown field shows that the gate was passed.
      const sent = method === 'GET' ? {} : { body: { 'no such field': 1 } };
      const { status, body } = await server.send(method, `/api/v1${filled(path, here)}`, { token, ...sent });
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

const area: Readonly<Record<string, string>> = {
  ':slug': 'sessions',
  ':taskId': 'tasks',
  ':name': 'agents',
  ':key': 'blueprints',
};

function addressOf({ pattern }: PageRoute, team: WholeTeam): string {
  const words = pattern.split('/');
  return words
    .map((word, place) => {
      if (!word.startsWith(':')) return word;
      if (word === ':hash') return 'f'.repeat(64);
      if (word === ':token') return 'x'.repeat(43);
      return team.ids[area[word] ?? words[place - 1] ?? ''] ?? team.ids.sessions ?? '';
    })
    .join('/');
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
  const fields = {
    id: elsewhere.ids.sessions ?? '',
    team: elsewhere.teamId,
    role: 'admin',
    confirmation: elsewhere.ids.sessions ?? '',
    text: 'Do it.',
    taskId: elsewhere.ids.tasks ?? '',
    sequence: '1',
  };
  for (const route of pages.routes.filter(
    ({ acts, pattern }) => acts && !/^\/(login|logout|join|reset|setup)/.test(pattern),
  )) {
    for (const role of roles) {
      for (const intent of [...route.intents, '']) {
        const entries = await here.audit();
        const address = addressOf(route, elsewhere);
        const { status, told } = await asks(role, address, { ...fields, intent });
        const say = `${role}: POST ${route.pattern} ${intent} → ${status} ${told.slice(0, 160)}`;
        if (status >= 500 || leaks(told)) wrong.push(say);
        if (role === 'viewer' && (await here.audit()) !== entries) wrong.push(`${say} and was recorded`);
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
  try {
    for (const role of roles) {
      const { login, token } = here.people[role];
      for (const options of [{ extraHeaders: { cookie: `orchestrator_login=${login}` } }, { auth: { token } }]) {
        const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true, ...options });
        sockets.push(socket);
        const heard: { teamId?: string; sessionId: string | null }[] = [];
        socket.on('events', (batch: typeof heard) => heard.push(...batch));
        const [own, foreign] = [here.ids.sessions ?? '', elsewhere.ids.sessions ?? ''];
        const answer = await socket.emitWithAck('watch', {
          sessions: [own, foreign],
          team: true,
          after: { [own]: 0, [foreign]: 0, team: 0 },
        });
        expect(answer, role).toMatchObject({ ok: true, sessions: { [own]: expect.any(Number) }, denied: [foreign] });
        await expect.poll(() => heard.length, { timeout: 5_000 }).toBeGreaterThan(0);
        realtime.publish(await server.store.events.list(foreign, { after: 0, limit: 10 }));
        await socket.emitWithAck('unwatch', {});
        expect(heard.map(({ sessionId }) => sessionId)).not.toContain(foreign);
        expect(leaks(heard)).toBe(false);
      }
    }
  } finally {
    for (const socket of sockets) socket.disconnect();
    realtime.close();
    await new Promise((closed) => http.close(closed));
  }
});
