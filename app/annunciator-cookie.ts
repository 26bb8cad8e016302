// What was acknowledged on this device, in a cookie: every page paints the tiles right at once, with or without scripts.
import { type Acknowledged, tileKeys } from './annunciator.ts';

const acknowledgedCookie = 'acknowledged';

/** The cookie's value: `key:count:beginning` of each tile, nothing a cookie would have to escape. */
export function writeAcknowledged(acknowledged: Acknowledged): string {
  return tileKeys
    .flatMap((key) => {
      const seen = acknowledged[key];
      return seen === undefined ? [] : [`${key}.${seen.count}.${seen.since === null ? '' : Date.parse(seen.since)}`];
    })
    .join('_');
}

/** What a value says; anything else than tiles that were acknowledged is left out. */
export function readAcknowledged(value: string): Acknowledged {
  const acknowledged: Acknowledged = {};
  for (const match of value.matchAll(/([a-z_]+?)\.(\d{1,9})\.(\d{0,15})(?:_|$)/g)) {
    const key = tileKeys.find((one) => one === match[1]);
    const since = match[3] === '' ? null : new Date(Number(match[3]));
    if (key === undefined || (since !== null && Number.isNaN(since.getTime()))) continue;
    acknowledged[key] = { count: Number(match[2]), since: since?.toISOString() ?? null };
  }
  return acknowledged;
}

/** The cookie among all of a request or a document. */
export function acknowledgedIn(cookies: string): Acknowledged {
  const value = cookies.split(/;\s*/).find((part) => part.startsWith(`${acknowledgedCookie}=`));
  return readAcknowledged(value?.slice(acknowledgedCookie.length + 1) ?? '');
}

/** As `Set-Cookie` and `document.cookie` take it; kept for a year, because a condition may stand long. */
export function acknowledgedHeader(acknowledged: Acknowledged): string {
  return `${acknowledgedCookie}=${writeAcknowledged(acknowledged)}; Path=/; SameSite=Lax; Max-Age=31536000`;
}
