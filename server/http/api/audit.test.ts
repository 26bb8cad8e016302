import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkshop, type Workshop } from '../testing/workshop.ts';

let server: Workshop;
beforeAll(async () => {
  server = await openWorkshop();
});
afterAll(() => server.close());

test('an admin searches the audit, and a wrong filter is named', async () => {
  const all = await server.api('GET', '/audit');
  expect(all.status).toBe(200);
  expect(all.body.items).toContainEqual(expect.objectContaining({ action: 'token.created' }));
  const mine = await server.api('GET', '/audit?actor=ada@example.com&limit=1');
  expect(mine.body.items).toHaveLength(1);
  expect(mine.body.total).toBeLessThan(all.body.total);
  expect((await server.api('GET', '/audit?subject=webhook')).body).toEqual({ items: [], nextCursor: null, total: 0 });
  const wrong = await server.api('GET', '/audit?from=yesterday');
  expect([wrong.status, wrong.body.error.details[0].path]).toEqual([422, 'from']);
  expect((await server.api('GET', '/audit/verification')).body).toEqual({
    entries: all.body.total,
    firstBroken: null,
  });
});

test('the export can be checked by anybody, and that it was taken is its last entry', async () => {
  const answer = await server.api('GET', '/audit/export');
  expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
  const entries = String(answer.body)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  let previous = '0'.repeat(64);
  for (const { previousHash, hash, ...entry } of entries) {
    expect(previousHash).toBe(previous);
    const made = createHash('sha256')
      .update(previous)
      .update(canonicalize(entry) ?? '');
    expect(hash).toBe(made.digest('hex'));
    previous = hash;
  }
  expect(entries.at(-1)).toMatchObject({ action: 'audit.exported' });
});

test('a lead may not read it, a token only with its scope', async () => {
  const lead = await server.addMember('lead');
  const token = await server.issue(lead.email);
  const narrow = await server.issue('ada@example.com', ['teams:read']);
  for (const path of ['/audit', '/audit/verification', '/audit/export'])
    for (const refused of [token, narrow]) expect((await server.api('GET', path, { token: refused })).status).toBe(403);
});

test('what was done to a session is for leads too', async () => {
  const { id, slug } = await server.newSession();
  await server.cancel(id);
  const lead = await server.issue((await server.addMember('lead')).email);
  const member = await server.issue((await server.addMember('member')).email);
  const audit = await server.api('GET', `/sessions/${slug}/audit`, { token: lead });
  expect(audit.body.items.map((entry: { action: string }) => entry.action)).toEqual([
    'session.cancel',
    'session.created',
  ]);
  expect((await server.api('GET', `/sessions/${slug}/audit`, { token: member })).status).toBe(403);
  expect((await server.api('GET', '/sessions/IND-999/audit', { token: lead })).status).toBe(404);
});
