import { request } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { invalid } from '../../domain/errors.ts';
import type { MayReach } from '../git/reachability.ts';

const refuse = (message: string, cause?: unknown) => {
  const error = invalid([{ path: 'url', message }], message);
  if (cause !== undefined) error.cause = cause;
  return error;
};

/**
 * The body at an https address: only from an address that may be reached (and from exactly the one that was judged),
 * without redirects, bounded in size and time. Throws INVALID on `url` with the reason.
 */
export async function fetchHttps(
  url: URL,
  how: { mayReach: MayReach; maxBytes: number; signal: AbortSignal; ca?: string },
): Promise<Buffer> {
  if (url.protocol !== 'https:') throw refuse(`Only https is fetched, not ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw refuse('The URL carries a user name or password, which would be kept in clear.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = await how.mayReach(host);
  if (addresses === null) throw refuse(`${host} is a private address: an operator can allow it with OUTBOUND_ALLOW.`);
  if (addresses.length === 0) throw refuse(`The host ${host} cannot be found.`);
  try {
    return await get(url, addresses, how);
  } catch (error) {
    if (how.signal.aborted) throw refuse(`${host} did not answer in time.`, error);
    if (error instanceof Error && 'code' in error && error.code !== 'INVALID')
      throw refuse(`${host} could not be read: ${error.message}`, error);
    throw error;
  }
}

function get(
  url: URL,
  addresses: readonly string[],
  { maxBytes, signal, ca }: { maxBytes: number; signal: AbortSignal; ca?: string },
): Promise<Buffer> {
  // The name is looked up once; Node must not look again and be led elsewhere.
  const judged = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_host, { all }, found) => {
    const [first] = judged;
    if (all) found(null, judged);
    else found(null, first?.address ?? '', first?.family);
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { lookup, signal, agent: false, headers: { accept: '*/*', 'accept-encoding': 'identity' }, ...(ca && { ca }) },
      (response) => {
        const status = response.statusCode ?? 0;
        const give = (sentence: string) => {
          sent.destroy();
          reject(refuse(sentence));
        };
        if (status >= 300 && status < 400)
          return give(`${url.host} answers with a redirect: give the address it leads to.`);
        if (status !== 200) return give(`${url.host} answers ${status} for ${url.pathname}.`);
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > maxBytes) give(`What ${url.host} sends is larger than ${Math.round(maxBytes / 1024)} KiB.`);
          else parts.push(part);
        });
        response.on('error', reject);
        response.on('end', () => resolve(Buffer.concat(parts)));
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}
