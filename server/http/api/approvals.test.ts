import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';

let server: Workshop;
let eve: string;
let mia: { token: string; id: string };
let leo: string;
beforeAll(async () => {
  server = await openWorkshop();
  eve = await server.issue((await server.addMember('admin')).email);
  const member = await server.addMember('member');
  mia = { id: member.id, token: await server.issue(member.email) };
  leo = await server.issue((await server.addMember('lead')).email);
});
afterAll(() => server.close());

const reason = 'The rest is done by hand outside.';

/** A session that has failed, as if it had run. */
async function failed() {
  const session = await server.newSession({});
  await server.store.sessions.move({
    sessionId: session.id,
    to: 'failed',
    guard: {},
    reason: 'for the test',
    actor: { kind: 'system', teamId: null, name: 'test' },
  });
  return session;
}

test('a force-complete is asked for, read with what is true now, and approved by another admin', async () => {
  const session = await failed();
  const asked = await server.api('POST', `/sessions/${session.slug}/force-complete`, { body: { reason } });
  expect(asked).toMatchObject({
    status: 202,
    body: { action: 'force_complete', sessionId: session.id, status: 'pending', reason, decidedBy: null, note: null },
  });
  const { id } = asked.body;
  const looked = await server.api('GET', `/approvals/${id}`, { token: eve });
  expect(looked.body).toMatchObject({ confirmation: session.slug, obstacle: null, refusal: null });
  expect(looked.body.now.map(({ key }: { key: string }) => key)).toContain('cut_short');

  const yes = { confirmation: session.slug, note: 'Seen and agreed' };
  const own = await server.api('POST', `/approvals/${id}/approve`, { body: yes });
  expect(own).toMatchObject({ status: 403, body: { error: { code: 'APPROVAL_REQUIRED' } } });
  const wrong = { token: eve, body: { ...yes, confirmation: 'IND-0' } };
  expect(await server.api('POST', `/approvals/${id}/approve`, wrong)).toMatchObject({
    status: 422,
    body: { error: { details: [{ path: 'confirmation' }] } },
  });
  const by = { token: mia.token, body: yes };
  expect(await server.api('POST', `/approvals/${id}/approve`, by)).toMatchObject({ status: 403 });
  const approved = await server.api('POST', `/approvals/${id}/approve`, { token: eve, body: yes });
  expect(approved).toMatchObject({ status: 200, body: { status: 'approved', note: 'Seen and agreed' } });
  const after = await server.api('GET', `/sessions/${session.slug}`);
  expect(after.body).toMatchObject({ status: 'completed', forced: true, proof: 'unverified' });
  const twice = await server.api('POST', `/approvals/${id}/approve`, { token: eve, body: yes });
  expect(twice).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } });
  const over = await server.api('POST', `/sessions/${session.slug}/force-complete`, { body: { reason } });
  expect(over).toMatchObject({ status: 409, body: { error: { code: 'INVALID_TRANSITION' } } });
});

test('requests are listed, those that wait first; rejected and withdrawn ones stay readable', async () => {
  const session = await failed();
  const first = await server.api('POST', `/sessions/${session.id}/force-complete`, { body: { reason } });
  const no = { token: eve, body: { note: 'The tests are missing.' } };
  expect((await server.api('POST', `/approvals/${first.body.id}/reject`, { token: eve, body: {} })).status).toBe(422);
  expect(await server.api('POST', `/approvals/${first.body.id}/reject`, no)).toMatchObject({
    status: 200,
    body: { status: 'rejected', note: 'The tests are missing.' },
  });
  const again = await server.api('POST', `/sessions/${session.id}/force-complete`, { token: leo, body: { reason } });
  expect(again.status).toBe(202);
  const twin = await server.api('POST', `/sessions/${session.id}/force-complete`, { body: { reason } });
  expect(twin).toMatchObject({ status: 409, body: { error: { code: 'CONFLICT' } } });

  const about = `sessionId=${session.slug}`;
  const all = await server.api('GET', `/approvals?${about}`);
  expect(all.body.items.map(({ status }: { status: string }) => status)).toEqual(['pending', 'rejected']);
  const waiting = await server.api('GET', `/approvals?${about}&status=pending&action=force_complete`);
  expect(waiting.body).toMatchObject({ total: 1, items: [{ id: again.body.id }] });
  expect((await server.api('GET', '/approvals?status=open')).status).toBe(422);

  expect((await server.api('POST', `/approvals/${again.body.id}/withdraw`, { body: {} })).status).toBe(403);
  const back = await server.api('POST', `/approvals/${again.body.id}/withdraw`, { token: leo, body: {} });
  expect(back).toMatchObject({ status: 200, body: { status: 'withdrawn' } });
});

test('a request needs the right, a reason and a session; nothing else is taken', async () => {
  const session = await failed();
  const path = `/sessions/${session.id}/force-complete`;
  expect((await server.api('POST', path, { token: mia.token, body: { reason } })).status).toBe(403);
  expect((await server.api('POST', path, { body: { reason: 'short' } })).status).toBe(422);
  expect((await server.api('POST', path, { body: { reason, force: true } })).status).toBe(422);
  expect((await server.api('POST', '/sessions/IND-999999/force-complete', { body: { reason } })).status).toBe(404);
  expect((await server.api('GET', '/approvals/00000000-0000-4000-8000-000000000000')).status).toBe(404);
});

test('more tokens for the month are asked for by a lead and agreed to by an admin', async () => {
  const body = { action: 'budget_raise', tokens: 2_000_000, reason };
  expect((await server.api('POST', '/approvals', { token: mia.token, body })).status).toBe(403);
  expect((await server.api('POST', '/approvals', { token: leo, body: { ...body, tokens: 1 } })).status).toBe(422);
  expect((await server.api('POST', '/approvals', { token: leo, body: { action: 'anything', reason } })).status).toBe(
    422,
  );
  const asked = await server.api('POST', '/approvals', { token: leo, body });
  expect(asked).toMatchObject({ status: 202, body: { sessionId: null, details: { tokens: 2_000_000 } } });
  const { confirmation } = (await server.api('GET', `/approvals/${asked.body.id}`, { token: eve })).body;
  const yes = { token: eve, body: { confirmation, note: 'For the release' } };
  expect((await server.api('POST', `/approvals/${asked.body.id}/approve`, yes)).status).toBe(200);
  expect((await server.services.budgets.ofTeam(server.admin.actor)).account.caps.tokens).toBe(2_000_000);
});
