import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../db/client.ts';
import { layTestDatabase } from '../db/testing/database.ts';
import { openAdminSocket } from './infrastructure/admin-socket.ts';
import { createSecrets } from './infrastructure/secrets.ts';
import { createStore } from './infrastructure/store/store.ts';
import { createLogger } from './log.ts';

const secrets = createSecrets();
const quiet = { info: () => {}, warn: () => {} };
let dataDir: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'orchestrator-cli-'));
  await layTestDatabase(dataDir);
  await withStore(async (store) => {
    const [teamId, userId] = [secrets.uuid(), secrets.uuid()];
    await store.teams.create({ id: teamId, name: 'Works', slug: 'works' });
    await store.users.create({ id: userId, email: 'ada@example.com', name: 'Ada', passwordHash: null });
    await store.users.addMembership({ teamId, userId, role: 'lead' });
  });
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

async function withStore<T>(work: (store: ReturnType<typeof createStore>) => Promise<T>): Promise<T> {
  const database = await openDatabase({ dataDir, log: quiet });
  try {
    return await work(createStore(database));
  } finally {
    await database.close();
  }
}

const drill = {
  id: 'drill',
  killed: 'the OpenCode process 1, by SIGKILL',
  readings: [{ second: 0, part: 'runtime', ok: false, detail: 'OpenCode is starting' }],
  report: { backAfterSeconds: { runtime: 2 }, seconds: 5, sessions: 1, lost: [], wentOn: 1, begunAgain: 0 },
};

interface Ended {
  code: number;
  out: string;
  err: string;
}

/** The command as `npm run token` starts it. */
function cli(...args: string[]): Promise<Ended> {
  const script = fileURLToPath(new URL('admin-cli.ts', import.meta.url));
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], { env, cwd: dataDir }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out, err });
    });
  });
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';

test('without a running app the command opens the database itself and prints the token alone on its last line', async () => {
  const ended = await cli('token', '--email', 'Ada@Example.com', '--scopes', 'sessions:read,sessions:write');
  expect(ended).toMatchObject({ code: 0, err: '' });
  const token = lastLine(ended.out);
  expect(token).toMatch(/^oio_[\w-]{43}$/);
  const stored = await withStore((store) => store.tokens.byHash(secrets.sha256(token)));
  expect(stored?.scopes).toEqual(['sessions:read', 'sessions:write']);
});

test('with a running app the command asks the app, whose database it could not open', async () => {
  const database = await openDatabase({ dataDir, log: quiet });
  const admin = await openAdminSocket({
    services: {
      tokens: { issue: async ({ scopes }) => ({ token: `oio_${scopes.join('+')}` }) },
      audit: { verifyAll: async () => [{ team: 'works', entries: 4, firstBroken: null }] },
      backup: () => Promise.reject(new Error('No backup is asked for here')),
      drills: { startHere: async () => drill, get: async () => drill },
    },
    path: join(dataDir, 'admin.sock'),
    log: createLogger({ level: 'silent' }),
  });
  try {
    const ended = await cli('token', '--email', 'ada@example.com', '--scopes', 'sessions:read');
    expect(ended).toMatchObject({ code: 0, out: 'oio_sessions:read\n' });
    expect(await cli('audit:verify')).toMatchObject({ code: 0, out: 'works: 4 entries, whole\n' });
    const drilled = await cli('drill', '--part', 'opencode');
    expect(drilled.code).toBe(0);
    expect(drilled.out).toContain('runtime: back after 2 s');
    expect(drilled.out).toContain('1 session at work: 0 lost');
  } finally {
    await admin.close();
    await database.close();
  }
});

test('a broken audit chain is named and fails the command', async () => {
  expect(await cli('audit:verify')).toMatchObject({ code: 0, out: 'works: 1 entry, whole\n' });
  const database = await openDatabase({ dataDir, log: quiet });
  await database.db.execute(sql`alter table audit disable trigger user`);
  await database.db.execute(sql`update audit set action = 'nothing.happened' where number = 1`);
  await database.db.execute(sql`alter table audit enable trigger user`);
  await database.close();
  expect(await cli('audit:verify')).toMatchObject({ code: 1, out: 'works: 0 entries, BROKEN at entry 1\n' });
});

test('a mistake is one sentence and a failing exit', async () => {
  for (const [args, sentence] of [
    [['token', '--email', 'nobody@example.com', '--scopes', 'sessions:read'], 'No user has the e-mail address'],
    [['token', '--email', 'ada@example.com', '--scopes', 'everything'], 'Unknown scope everything'],
    [['token', '--scopes', 'sessions:read'], '--email'],
    [['token', '--email', 'ada@example.com'], '--scopes'],
    [['rule-the-world'], 'Usage: npm run token'],
    [['audit:verify', 'works'], 'npm run audit:verify'],
  ] as const) {
    const ended = await cli(...args);
    expect([args, ended.code, ended.out]).toEqual([args, 1, '']);
    expect(ended.err).toContain(sentence);
    expect(ended.err).not.toContain('    at ');
  }
});
