// Writes build/architecture.json: the import graph of the product as it stands, for the Glass Box Explorer. Read by
// dependency-cruiser with the very rule that `npm run lint` holds; nothing in it is written by hand.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cruise, type IModule } from 'dependency-cruiser';

const root = resolve(import.meta.dirname, '..');
// A configuration without types: imported by its address, and judged as what it is used for here.
const { default: config } = (await import(pathToFileURL(resolve(root, '.dependency-cruiser.mjs')).href)) as {
  default: { forbidden: Rule[]; options: object };
};
const isTest = /(\.test\.tsx?$|[/-]testing(\/|\.tsx?$)|^app\/test-setup\.ts$)/;

interface Rule {
  name: string;
  comment?: string;
  from: { path?: string | string[] };
  to: { path?: string; pathNot?: string | string[]; dependencyTypes?: string[] };
}

const listed = (value: string | string[] | undefined): string[] => (value === undefined ? [] : [value].flat());
const matches = (patterns: readonly string[], path: string) =>
  patterns.some((pattern) => new RegExp(pattern).test(path));

/** The rooms of the rule: each has a pair of rules, `x-values` and `x-types`. */
function roomsOf(rules: readonly Rule[]) {
  return rules
    .filter(({ name }) => name.endsWith('-values'))
    .map((rule) => {
      const name = rule.name.slice(0, -'-values'.length);
      const types = rules.find((other) => other.name === `${name}-types`);
      const packages = rules.find((other) => other.name === `${name}-packages`);
      return {
        name,
        comment: rule.comment ?? '',
        from: listed(rule.from.path),
        values: listed(rule.to.pathNot),
        types: listed(types?.to.pathNot),
        packages: packages === undefined ? null : named(packages.comment ?? ''),
      };
    });
}

/** The packages, as the rule's own comment names them. */
function named(comment: string): string[] {
  const [, names = ''] = /: (.*)\.$/.exec(comment) ?? [];
  return names.replaceAll('\\', '').split(', ').filter(Boolean);
}

/** The graph of everything under app, server and db but tests. */
export async function readArchitecture(): Promise<object> {
  process.chdir(root);
  const { output } = await cruise(['app', 'server', 'db'], {
    ...config.options,
    ruleSet: undefined,
    validate: false,
    exclude: { path: '(\\.test\\.tsx?$|node_modules|\\+types/)' },
  } as never);
  if (typeof output === 'string') throw new Error('The import graph came as a text.');
  const modules = output.modules.filter(
    ({ source }) => /^(app|server|db)\/.*\.tsx?$/.test(source) && !isTest.test(source),
  );
  const rooms = roomsOf(config.forbidden);
  const paths = modules.map(({ source }) => source).sort();
  const size = (room: (typeof rooms)[number]) => paths.filter((path) => matches(room.from, path)).length;
  // A file of two rooms belongs to the smaller one: components are a part of the pages with a rule of their own.
  const bySize = rooms.toSorted((a, b) => size(a) - size(b));
  const roomOf = (path: string) => rooms.indexOf(bySize.find(({ from }) => matches(from, path)) ?? (rooms[0] as never));
  const index = new Map(paths.map((path, place) => [path, place]));
  return {
    builtAt: new Date().toISOString(),
    version: (JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string }).version,
    rooms: rooms.map(({ name, comment, packages, ...room }) => ({
      name,
      comment,
      packages,
      may: mayOf(room, paths, rooms, roomOf),
    })),
    files: paths.map((path) => ({
      path,
      room: roomOf(path),
      lines: readFileSync(resolve(root, path), 'utf8').split('\n').length - 1,
    })),
    imports: modules.flatMap((module) => importsOf(module, index)),
  };
}

function importsOf({ source, dependencies }: IModule, index: ReadonlyMap<string, number>) {
  const found = new Map<number, 'value' | 'type'>();
  for (const { resolved, dependencyTypes } of dependencies) {
    const to = index.get(resolved);
    if (to === undefined) continue;
    const kind = dependencyTypes.includes('type-only') ? 'type' : 'value';
    if (found.get(to) !== 'value') found.set(to, kind);
  }
  return [...found].map(([to, kind]) => [index.get(source), to, kind]);
}

/** How much of each other room the rule lets this one import. */
function mayOf(
  { values, types }: { values: string[]; types: string[] },
  paths: readonly string[],
  rooms: readonly { name: string }[],
  roomOf: (path: string) => number,
) {
  const may: Record<string, 'values' | 'some' | 'types'> = {};
  rooms.forEach(({ name }, place) => {
    const files = paths.filter((path) => roomOf(path) === place);
    const allowed = files.filter((path) => matches(values, path)).length;
    if (files.length > 0 && allowed === files.length) may[name] = 'values';
    else if (allowed > 0) may[name] = 'some';
    else if (files.some((path) => matches(types, path))) may[name] = 'types';
  });
  return may;
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(resolve(root, 'build'), { recursive: true });
  writeFileSync(resolve(root, 'build/architecture.json'), JSON.stringify(await readArchitecture()));
}
