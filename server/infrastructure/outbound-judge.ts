import { createReachability } from './git/reachability.ts';

/** Why an address may not be called, as one sentence; null when it may. Judged again when it is called. */
export function createOutboundJudge(allow: readonly string[]): (url: string) => Promise<string | null> {
  const mayReach = createReachability(allow);
  return async (text) => {
    const url = URL.parse(text);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return 'Give an http or https address';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const addresses = await mayReach(host);
    if (addresses === null) return `${host} is a private address: an operator can allow it with OUTBOUND_ALLOW`;
    return addresses.length === 0 ? `The host ${host} cannot be found` : null;
  };
}
