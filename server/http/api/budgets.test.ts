import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';

let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

const nothing = { tokens: 0, costUsd: 0, attempts: 0, seconds: 0 };

test("a session's budget is read with the accounts above it, by id or slug", async () => {
  const parent = await server.newSession({ budget: { tokens: 9_000, costUsd: 2 } });
  const child = await server.newSession({ parentId: parent.slug, budget: { attempts: 3, wallSeconds: 60 } });
  const read = await server.api('GET', `/sessions/${child.slug}/budget`);
  expect(read.status).toBe(200);
  expect(read.body).toMatchObject({
    account: {
      kind: 'session',
      sessionId: child.id,
      caps: { tokens: null, costUsd: null, attempts: 3, seconds: 60 },
      reserved: nothing,
      spent: nothing,
    },
    above: [
      { sessionId: parent.id, caps: { tokens: 9_000, costUsd: 2, attempts: null, seconds: null } },
      { kind: 'team_month', sessionId: null, month: expect.stringMatching(/^\d{4}-\d\d$/) },
    ],
    open: [],
    warning: null,
  });
  expect((await server.api('GET', `/sessions/${child.id}/budget`)).body).toEqual(read.body);
  expect((await server.api('GET', '/sessions/IND-999999/budget')).status).toBe(404);
});

test("the team's month is read with the day its tokens come back", async () => {
  const { status, body } = await server.api('GET', '/teams/current/budget');
  expect(status).toBe(200);
  expect(body.account).toMatchObject({ kind: 'team_month', reserved: nothing, caps: { costUsd: null } });
  expect(body.account.caps.tokens).toBeGreaterThan(0);
  const resets = new Date(body.resetsAt);
  expect([resets.getUTCDate(), resets.getUTCHours()]).toEqual([1, 0]);
  expect(resets.toISOString().slice(0, 7) > body.account.month).toBe(true);
});
