import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Architecture, architectureFile, partsOf } from '../server/domain/architecture.ts';
import { readArchitecture } from './architecture.ts';

const root = resolve(import.meta.dirname, '..');
let graph: Architecture;
beforeAll(async () => {
  graph = architectureFile.parse(JSON.parse(JSON.stringify(await readArchitecture())));
}, 120_000);

test('every file of the graph is there, and an import that stands in a file stands in the graph', () => {
  expect(graph.files.filter(({ path }) => !existsSync(resolve(root, path)))).toEqual([]);
  const index = (path: string) => graph.files.findIndex((file) => file.path === path);
  expect(graph.imports).toContainEqual([index('server/index.ts'), index('server/engine.ts'), 'value']);
  expect(graph.imports).toContainEqual([
    index('server/application/system.ts'),
    index('server/application/deps.ts'),
    'type',
  ]);
  expect(graph.files.some(({ path }) => path.includes('.test.'))).toBe(false);
});

test('what is drawn between rooms is what the rule allows', () => {
  const { edges } = partsOf(graph, { room: null, module: null });
  const may = Object.fromEntries(graph.rooms.map((room) => [room.name, room.may]));
  for (const { from, to, values } of edges) {
    expect(may[from]?.[to], `${from} → ${to}`).toBeDefined();
    if (values > 0) expect(may[from]?.[to], `${from} → ${to}`).not.toBe('types');
  }
});

test('every live figure belongs to a part that exists', () => {
  const source = readFileSync(resolve(root, 'server/application/architecture.ts'), 'utf8');
  const parts = [...source.matchAll(/'((?:app|server|db)\/[^']*)'/g)].map(([, part]) => part ?? '');
  expect(parts.length).toBeGreaterThan(5);
  expect(parts.filter((part) => !graph.files.some(({ path }) => path.startsWith(part)))).toEqual([]);
});
