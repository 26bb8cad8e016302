/** Dot paths into a context's data (domain.md 5): `a.b.c`; a dot inside a key is written `\.`, a backslash `\\`. */
import { invalid } from './errors.ts';

/** How deep a context's data may nest. */
export const maxContextDepth = 20;
const maxPathLength = 2_000;
const maxKeyLength = 200;

// Keys with a meaning of their own in JavaScript: data that held them could change objects nobody meant.
const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor']);

/** Why this cannot be a key, or null. */
export function keyProblem(key: string): string | null {
  if (key === '') return 'A key is empty';
  if (key.length > maxKeyLength) return `A key is longer than ${maxKeyLength} characters`;
  if (forbiddenKeys.has(key)) return `The key ${key} is not allowed`;
  // The database can hold neither.
  if (key.includes('\u0000') || !key.isWellFormed()) return 'A key holds characters that cannot be stored';
  return null;
}

/** The keys of a path, outermost first. Throws INVALID, naming the path, for an empty or forbidden key and past 20 levels. */
export function parsePath(path: string): string[] {
  const refuse = (message: string): never => {
    throw invalid([{ path: path.slice(0, 200), message }]);
  };
  if (path === '') refuse('A path is empty');
  if (path.length > maxPathLength) refuse(`A path may have at most ${maxPathLength} characters`);
  const keys: string[] = [];
  let key = '';
  for (let at = 0; at < path.length; at += 1) {
    const char = path[at];
    if (char === '\\') {
      const next = path[at + 1];
      if (next !== '.' && next !== '\\') refuse('A backslash stands only before a dot or another backslash');
      key += next ?? '';
      at += 1;
    } else if (char === '.') {
      keys.push(key);
      key = '';
    } else key += char ?? '';
  }
  keys.push(key);
  for (const one of keys) {
    const problem = keyProblem(one);
    if (problem !== null) refuse(problem);
  }
  if (keys.length > maxContextDepth) refuse(`A path has at most ${maxContextDepth} keys`);
  return keys;
}

/** The path of these keys; `parsePath` gives the same keys back. */
export function formatPath(keys: readonly string[]): string {
  return keys.map(escaped).join('.');
}

/** A path one key longer; an empty `path` is the root. */
export function below(path: string, key: string): string {
  return path === '' ? escaped(key) : `${path}.${escaped(key)}`;
}

/** Whether one path is the other, or lies above it. */
export function pathsTouch(one: string, other: string): boolean {
  return one === other || other.startsWith(`${one}.`) || one.startsWith(`${other}.`);
}

function escaped(key: string): string {
  return /[.\\]/.test(key) ? key.replaceAll(/[.\\]/g, (char) => `\\${char}`) : key;
}
