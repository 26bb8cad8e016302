/** A text without the secrets in it. */
export type Redact = (text: string) => string;

const mark = '[redacted]';

// What secrets look like whose value nobody told us. Each is narrow: a wrong hit would blank what a person must read.
const patterns: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mark],
  [/\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{16,}/g, `$1 ${mark}`],
  [/(\/\/[^\s/:@"'\\]+):[^\s/@"'\\]+@/g, `$1:${mark}@`],
  [/\b(?:sk|rk|pk)-[A-Za-z0-9_-]{20,}/g, mark],
  [/\b(?:gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,})/g, mark],
  [/\bxox[abeprs]-[A-Za-z0-9-]{10,}/g, mark],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g, mark],
  [/\boio_[A-Za-z0-9_-]{40,}/g, mark],
];

/** Very short values would blank ordinary words. */
const shortest = 8;

/** Known values first, then patterns (access.md, Hardening). The set is read at every call: the owner may add to it. */
export function createRedaction(secrets: ReadonlySet<string>): Redact {
  return (text) => {
    let clean = text;
    for (const secret of secrets) if (secret.length >= shortest) clean = clean.replaceAll(secret, mark);
    for (const [pattern, replacement] of patterns) clean = clean.replace(pattern, replacement);
    return clean;
  };
}

/** The value with every text in it redacted; keys stay, and what is no plain data (a date) is left as it is. */
export function redacted<T>(value: T, redact: Redact): T {
  return deep(value, redact) as T;
}

function deep(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((one) => deep(one, redact));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner, redact)]));
}
