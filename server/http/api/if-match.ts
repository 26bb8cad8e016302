import { invalid } from '../../domain/errors.ts';

/** The version in If-Match: `3` or `"3"`. A list, `*`, a weak tag and anything else is INVALID (api.md). */
export function readIfMatch(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const match = /^(?:(\d{1,10})|"(\d{1,10})")$/.exec(header.trim());
  if (match === null) throw invalid([{ path: 'If-Match', message: 'Send one version, such as 3 or "3"' }]);
  // Versions are 32-bit; a larger number is stale like any other wrong one.
  return Math.min(Number(match[1] ?? match[2]), 2 ** 31 - 1);
}
