import { withoutPatterns } from '../domain/secret-patterns.ts';

/** A text without the secrets in it. */
export type Redact = (text: string) => string;

const mark = '[redacted]';

/** Very short values would blank ordinary words. */
const shortest = 8;

/** Known values first, then patterns (access.md, Hardening). The set is read at every call: the owner may add to it. */
export function createRedaction(secrets: ReadonlySet<string>): Redact {
  return (text) => {
    let clean = text;
    for (const secret of secrets) if (secret.length >= shortest) clean = clean.replaceAll(secret, mark);
    return withoutPatterns(clean);
  };
}

/** The value with every text in it redacted; keys stay, and what is no plain data (a date) is left as it is. */
export function redacted<T>(value: T, redact: Redact): T {
  return deep(value, redact) as T;
}

function deep(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one) => deep(one, redact));
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner, redact)]));
}

/** Data, with or without a prototype; a date is none. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
