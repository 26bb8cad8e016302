import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** A small house in which every import is allowed: one module per room, and the imports the rooms live by. */
const HOUSE: Record<string, string> = {
  'server/domain/errors.ts': `import { z } from 'zod';\nexport const code = z.string();\nexport type Code = string;\n`,
  'server/application/ports.ts': `import type { Code } from '../domain/errors.ts';\nexport type Store = { code: Code };\n`,
  'server/application/sessions.ts': `import { code } from '../domain/errors.ts';\nimport type { Store } from './ports.ts';\nexport const sessions = (store: Store) => [store, code];\nexport type Sessions = typeof sessions;\n`,
  'server/application/sessions.test.ts': `import { store } from '../infrastructure/store.ts';\nimport { sessions } from './sessions.ts';\nsessions(store);\n`,
  'server/infrastructure/store.ts': `import { readFileSync } from 'node:fs';\nimport type { Store } from '../application/ports.ts';\nimport { tables } from '../../db/schema.ts';\nimport { loadConfig } from '../config.ts';\nexport const store: Store = { code: String([tables, loadConfig, readFileSync]) };\n`,
  'server/http/api.ts': `import express from 'express';\nimport type { Sessions } from '../application/sessions.ts';\nimport { code } from '../domain/errors.ts';\nexport const api = (sessions: Sessions) => [express(), sessions, code];\n`,
  'server/config.ts': `import { z } from 'zod';\nexport const loadConfig = () => z.string();\n`,
  'server/services.ts': `import { sessions } from './application/sessions.ts';\nimport { store } from './infrastructure/store.ts';\nexport const services = () => sessions(store);\nexport type Services = ReturnType<typeof services>;\n`,
  'server/index.ts': `import { api } from './http/api.ts';\nimport { services } from './services.ts';\nvoid [api, services, import('vite')];\n`,
  'db/schema.ts': `import { pgTable } from 'drizzle-orm/pg-core';\nimport { code } from '../server/domain/errors.ts';\nexport const tables = [pgTable, code];\n`,
  'app/context.ts': `import { createContext } from 'react-router';\nimport type { Services } from '../server/services.ts';\nexport const services = createContext<Services>();\n`,
  'app/auth.server.ts': `import { randomBytes } from 'node:crypto';\nexport const state = () => randomBytes(8);\n`,
  'app/routes/home.tsx': `import { code } from '../../server/domain/errors.ts';\nimport { Badge } from '../components/badge.tsx';\nimport { services } from '../context.ts';\nexport default () => [code, Badge, services];\n`,
  'app/components/badge.tsx': `import { Tooltip } from 'radix-ui';\nimport { code } from '../../server/domain/errors.ts';\nexport const Badge = () => [Tooltip, code];\n`,
  'bench/moves.ts': `import { tables } from '../db/schema.ts';\nimport { code } from '../server/domain/errors.ts';\nvoid [code, tables];\n`,
  'e2e/first-run.spec.ts': `import { test } from '@playwright/test';\nvoid test;\n`,
};

/** One breach each: the file it is planted in, its import, the rule that must name it. */
const BREACHES: [rule: string, file: string, source: string][] = [
  ['domain-values', 'server/domain/b1.ts', `import { loadConfig } from '../config.ts';\nvoid loadConfig;`],
  [
    'domain-types',
    'server/domain/b2.ts',
    `import type { Store } from '../application/ports.ts';\nexport type T = Store;`,
  ],
  ['domain-packages', 'server/domain/b3.ts', `import { readFileSync } from 'node:fs';\nvoid readFileSync;`],
  ['domain-packages', 'server/domain/b4.ts', `import express from 'express';\nvoid express;`],
  [
    'application-values',
    'server/application/b5.ts',
    `import { store } from '../infrastructure/store.ts';\nvoid store;`,
  ],
  [
    'application-types',
    'server/application/b6.ts',
    `import type { store } from '../infrastructure/store.ts';\nexport type T = typeof store;`,
  ],
  ['application-packages', 'server/application/b7.ts', `import { sql } from 'drizzle-orm';\nvoid sql;`],
  ['application-packages', 'server/application/b8.ts', `import { randomUUID } from 'node:crypto';\nvoid randomUUID;`],
  [
    'infrastructure-values',
    'server/infrastructure/b9.ts',
    `import { sessions } from '../application/sessions.ts';\nvoid sessions;`,
  ],
  [
    'infrastructure-types',
    'server/infrastructure/b10.ts',
    `import type { Sessions } from '../application/sessions.ts';\nexport type T = Sessions;`,
  ],
  ['http-values', 'server/http/b11.ts', `import { sessions } from '../application/sessions.ts';\nvoid sessions;`],
  ['http-packages', 'server/http/b12.ts', `import { sql } from 'drizzle-orm';\nvoid sql;`],
  ['composition-values', 'server/b13.ts', `import { state } from '../app/auth.server.ts';\nvoid state;`],
  ['only-the-composition-composes', 'server/http/b14.ts', `export const late = () => import('../services.ts');`],
  ['db-values', 'db/b15.ts', `import { loadConfig } from '../server/config.ts';\nvoid loadConfig;`],
  ['app-values', 'app/routes/b16.tsx', `import { services } from '../../server/services.ts';\nvoid services;`],
  ['app-values', 'app/b17.ts', `export const late = () => import('../db/schema.ts');`],
  [
    'app-types',
    'app/routes/b18.tsx',
    `import type { tables } from '../../db/schema.ts';\nexport type T = typeof tables;`,
  ],
  ['app-packages', 'app/routes/b19.tsx', `import { Server } from 'socket.io';\nvoid Server;`],
  ['app-node', 'app/routes/b20.tsx', `import { readFileSync } from 'node:fs';\nvoid readFileSync;`],
  [
    'components-types',
    'app/components/b21.tsx',
    `import type { Services } from '../../server/services.ts';\nexport type T = Services;`,
  ],
  ['components-routes', 'app/hooks/b22.ts', `import Home from '../routes/home.tsx';\nvoid Home;`],
  ['components-packages', 'app/components/b23.tsx', `import { pino } from 'pino';\nvoid pino;`],
  ['journeys', 'e2e/b24.spec.ts', `import { services } from '../server/services.ts';\nvoid services;`],
  ['benches', 'bench/b30.ts', `import { services } from '../server/services.ts';\nvoid services;`],
  ['no-test-code-in-the-product', 'server/application/b25.ts', `import './sessions.test.ts';`],
  [
    'no-development-package-in-the-product',
    'server/infrastructure/b26.ts',
    `import { JSDOM } from 'jsdom';\nvoid JSDOM;`,
  ],
  ['no-circle', 'server/domain/b27.ts', `import { other } from './b28.ts';\nexport const one = () => other;`],
  ['resolvable', 'server/infrastructure/b29.ts', `import { gone } from './gone.ts';\nvoid gone;`],
];

/** The other half of the planted circle; the cruiser names a circle once. */
const OTHER_HALF = { 'server/domain/b28.ts': `import { one } from './b27.ts';\nexport const other = () => one;` };

const root = resolve(import.meta.dirname, '..');
const directory = mkdtempSync(join(tmpdir(), 'import-rule-'));
const lint = String(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts.lint);
/** The very command of `npm run lint`, without its other half. */
const command = lint.split('&&').find((part) => part.includes('depcruise')) ?? '';

function write(files: Record<string, string>): void {
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), source);
  }
}

function runLint() {
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` };
  return spawnSync('sh', ['-c', command], { cwd: directory, encoding: 'utf8', env });
}

beforeAll(() => {
  for (const file of ['.dependency-cruiser.mjs', 'tsconfig.json', 'package.json']) {
    cpSync(join(root, file), join(directory, file));
  }
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  mkdirSync(join(directory, 'bench'));
  write(HOUSE);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('lint passes a house that keeps the rule', () => {
  const { status, stdout, stderr } = runLint();
  expect(stdout + stderr).toContain('no dependency violations found');
  expect(status).toBe(0);
});

test('lint fails on every planted breach and names its rule', () => {
  write({ ...Object.fromEntries(BREACHES.map(([, file, source]) => [file, source])), ...OTHER_HALF });
  const { status, stdout } = runLint();
  expect(status).not.toBe(0);
  const named = (rule: string, file: string) => stdout.includes(`error ${rule}: ${file} →`);
  const missed = BREACHES.filter(([rule, file]) => ![file, ...Object.keys(OTHER_HALF)].some((at) => named(rule, at)));
  expect(missed.map(([rule, file]) => `${rule} (${file})`)).toEqual([]);
  // The allowed files beside them stay unnamed.
  for (const file of Object.keys(HOUSE)) expect(stdout).not.toContain(`: ${file} →`);
  for (const file of [...BREACHES.map(([, at]) => at), ...Object.keys(OTHER_HALF)]) rmSync(join(directory, file));
});

const ALONE = ['domain-values', 'application-values', 'app-values', 'composition-values', 'components-routes'];

test.each(BREACHES.filter(([rule]) => ALONE.includes(rule)))(
  'one breach alone is enough to fail: %s',
  (rule, file, source) => {
    write({ [file]: source });
    const { status, stdout } = runLint();
    rmSync(join(directory, file));
    expect(status).not.toBe(0);
    expect(stdout).toContain(`error ${rule}: ${file}`);
  },
);

test('the whole tree of the product is under the rule', () => {
  for (const room of ['app', 'server', 'db', 'e2e', 'bench']) expect(command.split(/\s+/)).toContain(room);
});
