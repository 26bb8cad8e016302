import { invalid } from '../../domain/errors.ts';
import type { MayReach } from '../git/reachability.ts';
import { createOutbound, OutboundError } from '../outbound.ts';

const refuse = (message: string, cause?: unknown) => {
  const error = invalid([{ path: 'url', message }], message);
  if (cause !== undefined) error.cause = cause;
  return error;
};

/** The body at an https address, through the outbound guard. Throws INVALID on `url` with the reason. */
export async function fetchHttps(
  url: URL,
  how: { mayReach: MayReach; maxBytes: number; deadline: number; ca?: string },
): Promise<Buffer> {
  const outbound = createOutbound({ allow: how.mayReach, ...(how.ca === undefined ? {} : { ca: how.ca }) });
  const timeoutMs = Math.max(1, how.deadline - Date.now());
  try {
    const { status, body } = await outbound.send(url, { maxBytes: how.maxBytes, timeoutMs });
    if (status !== 200) throw refuse(`${url.host} answers ${status} for ${url.pathname}.`);
    return body;
  } catch (error) {
    if (error instanceof OutboundError) throw refuse(error.message, error);
    throw error;
  }
}
