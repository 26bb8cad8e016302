/** A context's data as a tree: what may stand in it, reading and changing one place (domain.md 5). Pure: nothing is changed in place. */
import type { ContextData } from './context.ts';
import { below, keyProblem, maxContextDepth, parsePath } from './context-path.ts';
import { invalid } from './errors.ts';

/** The most a context may weigh as JSON, in bytes, and how many leaves it may have. */
const maxContextBytes = 1_000_000;
const maxContextLeaves = 5_000;

/** A branch of the tree; arrays, scalars and null are leaves. */
export function isBranch(value: unknown): value is ContextData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws INVALID, with the place, for data that is no JSON object or past a limit: 1 MB, 20 levels, 5,000 leaves, bad keys. */
export function assertContextData(data: unknown): asserts data is ContextData {
  if (!isBranch(data)) throw invalid([{ path: 'data', message: 'The data must be a JSON object' }]);
  const leaves = countLeaves(data, '', 0);
  if (leaves > maxContextLeaves)
    throw invalid([{ path: 'data', message: `A context has at most ${maxContextLeaves} leaves, this has ${leaves}` }]);
  const bytes = utf8Length(JSON.stringify(data));
  if (bytes > maxContextBytes)
    throw invalid([
      { path: 'data', message: `A context weighs at most ${maxContextBytes} bytes, this weighs ${bytes}` },
    ]);
}

function countLeaves(value: unknown, path: string, depth: number): number {
  const refuse = (message: string): never => {
    throw invalid([{ path: path === '' ? 'data' : path, message }]);
  };
  if (depth > maxContextDepth) refuse(`Data nests at most ${maxContextDepth} deep`);
  if (Array.isArray(value)) {
    value.forEach((one, index) => void countLeaves(one, `${path}[${index}]`, depth + 1));
    return 1;
  }
  if (!isBranch(value)) {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
      refuse('This is no JSON value');
    if (typeof value === 'number' && !Number.isFinite(value)) refuse('A number must be finite');
    if (typeof value === 'string' && (value.includes('\u0000') || !value.isWellFormed()))
      refuse('A text holds characters that cannot be stored');
    return 1;
  }
  let leaves = 0;
  const keys = Object.keys(value);
  for (const key of keys) {
    const problem = keyProblem(key);
    if (problem !== null) refuse(problem);
    leaves += countLeaves(value[key], below(path, key), depth + 1);
  }
  return keys.length === 0 && path !== '' ? 1 : leaves;
}

/** How many bytes a text takes as UTF-8. */
export function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** What stands at a path; null is a value and counts as present, so absence is said apart. */
export function valueAt(data: ContextData, path: string): { present: boolean; value: unknown } {
  let at: unknown = data;
  for (const key of parsePath(path)) {
    if (!isBranch(at) || !Object.hasOwn(at, key)) return { present: false, value: undefined };
    at = at[key];
  }
  return { present: true, value: at };
}

/** The data with a value at a path; whatever stood there is replaced. INVALID, naming what stands there, below a scalar or list. */
export function withValue(data: ContextData, path: string, value: unknown): ContextData {
  return placed(data, parsePath(path), 0, value, path);
}

function placed(
  branch: ContextData,
  keys: readonly string[],
  depth: number,
  value: unknown,
  path: string,
): ContextData {
  const key = keys[depth] ?? '';
  if (depth === keys.length - 1) return { ...branch, [key]: value };
  const next = Object.hasOwn(branch, key) ? branch[key] : {};
  if (!isBranch(next)) {
    const place = keys.slice(0, depth + 1).reduce(below, '');
    throw invalid([{ path, message: `Nothing can be set below ${place}: ${kindOf(next)} stands there` }]);
  }
  return { ...branch, [key]: placed(next, keys, depth + 1, value, path) };
}

/** The data without what stands at a path, and without branches that this leaves empty; the same data when nothing stands there. */
export function withoutValue(data: ContextData, path: string): ContextData {
  return valueAt(data, path).present ? removed(data, parsePath(path), 0) : data;
}

function removed(branch: ContextData, keys: readonly string[], depth: number): ContextData {
  const { [keys[depth] ?? '']: next, ...others } = branch;
  if (depth === keys.length - 1 || !isBranch(next)) return others;
  const left = removed(next, keys, depth + 1);
  return Object.keys(left).length === 0 ? others : { ...branch, [keys[depth] ?? '']: left };
}

/** What a value is, in words, with a short value itself. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isBranch(value)) return 'a branch';
  const text = JSON.stringify(value) ?? String(value);
  return `${typeof value === 'string' ? 'the text' : `the ${typeof value}`} ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

/** Whether two JSON values are the same; the order of keys says nothing. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => sameValue(item, other[at]));
  if (!isBranch(one) || !isBranch(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameValue(one[key], other[key]))
  );
}
