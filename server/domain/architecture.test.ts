import { expect, test } from 'vitest';
import { type Architecture, gaugesOf, moduleOf, neighboursOf, partsOf } from './architecture.ts';

const files = [
  'app/routes/a.tsx',
  'app/routes/b.tsx',
  'server/domain/x.ts',
  'server/infrastructure/store/s.ts',
  'server/infrastructure/log.ts',
];
const architecture: Architecture = {
  builtAt: new Date(0),
  version: '1',
  rooms: ['app', 'domain', 'infrastructure'].map((name) => ({ name, comment: '', may: {}, packages: null })),
  files: files.map((path, index) => ({ path, room: index < 2 ? 0 : index === 2 ? 1 : 2, lines: 10 })),
  imports: [
    [0, 2, 'value'],
    [1, 2, 'type'],
    [0, 1, 'value'],
    [3, 2, 'value'],
    [4, 3, 'value'],
  ],
};

test('rooms hold their files, and imports between them are counted by kind', () => {
  const { parts, edges } = partsOf(architecture, { room: null, module: null });
  expect(parts).toEqual([
    { id: 'app', files: 2, lines: 20 },
    { id: 'domain', files: 1, lines: 10 },
    { id: 'infrastructure', files: 2, lines: 20 },
  ]);
  expect(edges).toEqual([
    { from: 'app', to: 'domain', values: 1, types: 1 },
    { from: 'infrastructure', to: 'domain', values: 1, types: 0 },
  ]);
});

test('a room is told by folders, a folder by files', () => {
  expect(partsOf(architecture, { room: 'infrastructure', module: null })).toEqual({
    parts: [
      { id: 'server/infrastructure', files: 1, lines: 10 },
      { id: 'server/infrastructure/store', files: 1, lines: 10 },
    ],
    edges: [{ from: 'server/infrastructure', to: 'server/infrastructure/store', values: 1, types: 0 }],
  });
  expect(partsOf(architecture, { room: 'app', module: 'app/routes' }).parts.map(({ id }) => id)).toEqual(
    files.slice(0, 2),
  );
  expect(moduleOf('server/index.ts')).toBe('server');
});

test('a part knows what it imports and what imports it', () => {
  const { imports, importedBy } = neighboursOf(architecture, ({ path }) => path.startsWith('server/domain'));
  expect(imports).toEqual([]);
  expect(importedBy.map(({ from, values, types }) => [from, values, types])).toEqual([
    ['app/routes', 1, 1],
    ['server/infrastructure/store', 1, 0],
  ]);
});

test('figures belong to the parts that hold their place', () => {
  const gauges = [
    { part: 'server/infrastructure/store/', name: 'events', value: 1, unit: 'count' as const },
    { part: 'app/routes', name: 'pages', value: 2, unit: 'count' as const },
  ];
  expect(gaugesOf(gauges, architecture, ({ room }) => room === 2).map(({ name }) => name)).toEqual(['events']);
  // A page served is no figure of one page.
  expect(gaugesOf(gauges, architecture, ({ path }) => path === 'app/routes/a.tsx')).toEqual([]);
});
