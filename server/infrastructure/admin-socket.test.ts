import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { DomainError } from '../domain/errors.ts';
import { createLogger } from '../log.ts';
import { type AdminServices, backupThroughSocket, issueThroughSocket, openAdminSocket } from './admin-socket.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function directory(...parts: string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'orchestrator-admin-'));
  closers.push(() => rmSync(root, { recursive: true, force: true }));
  const path = join(root, ...parts);
  mkdirSync(path, { recursive: true });
  return path;
}

const audit: AdminServices['audit'] = { verifyAll: async () => [] };
const drills: AdminServices['drills'] = {
  startHere: () => Promise.reject(new DomainError('CONFLICT', 'A drill is under way.')),
  get: async () => null,
};
const backup: AdminServices['backup'] = () => Promise.reject(new Error('/srv/b.tar exists already'));
const issuing: AdminServices = {
  tokens: { issue: async ({ email }) => ({ token: `oio_${email}` }) },
  audit,
  backup,
  drills,
};

async function open(path: string, services: AdminServices = issuing) {
  const socket = await openAdminSocket({ services, path, log: createLogger({ level: 'silent' }) });
  closers.push(() => socket.close());
  return socket;
}

const input = { email: 'ada@example.com', scopes: ['sessions:read'], name: 'ci' };

test('the running app makes a token for whoever may open its socket, and nobody else may', async () => {
  const path = join(directory(), 'admin.sock');
  await open(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await issueThroughSocket(path, input)).toBe('oio_ada@example.com');
});

test('without an app there is no answer: no socket, or one that a killed app left', async () => {
  const path = join(directory(), 'admin.sock');
  expect(await issueThroughSocket(path, input)).toBeNull();
  const socket = await open(path);
  await socket.close();
  writeFileSync(path, '');
  expect(await issueThroughSocket(path, input)).toBeNull();
  await open(path);
  expect(await issueThroughSocket(path, input)).toBe('oio_ada@example.com');
});

test('a refusal of the app is told in its own words', async () => {
  const path = join(directory(), 'admin.sock');
  await open(path, {
    tokens: { issue: () => Promise.reject(new DomainError('NOT_FOUND', 'No user has the e-mail address x.')) },
    audit,
    backup,
    drills,
  });
  await expect(issueThroughSocket(path, input)).rejects.toThrow('No user has the e-mail address x.');
});

test('what is wrong with the file of a backup is told as it is', async () => {
  const path = join(directory(), 'admin.sock');
  expect(await backupThroughSocket(path, '/srv/b.tar')).toBeNull();
  await open(path);
  await expect(backupThroughSocket(path, '/srv/b.tar')).rejects.toThrow('exists already');
});

test('a failure of the app says nothing of its inside', async () => {
  const path = join(directory(), 'admin.sock');
  await open(path, { tokens: { issue: () => Promise.reject(new Error('password=hunter2')) }, audit, backup, drills });
  await expect(issueThroughSocket(path, input)).rejects.toThrow('the server log says why');
});

test('a socket that somebody answers on is not taken away', async () => {
  const path = join(directory(), 'admin.sock');
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(path, resolve));
  closers.push(() => new Promise((resolve) => other.close(resolve)));
  await expect(open(path)).rejects.toThrow('in use by another process');
});

test('a data directory deeper than a socket name may be long works all the same', async () => {
  const path = join(directory('d'.repeat(60), 'e'.repeat(60)), 'admin.sock');
  await open(path);
  expect(await issueThroughSocket(path, input)).toBe('oio_ada@example.com');
});
