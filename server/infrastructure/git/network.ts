import { invalid } from '../../domain/errors.ts';
import { type GitCall, GitFailure } from './git-command.ts';
import type { GitContext } from './places.ts';
import type { MayReach } from './reachability.ts';
import { firstLine } from './refs.ts';
import type { SourceUrl } from './source-url.ts';

export type NetworkGit = (args: readonly string[], call: GitCall) => Promise<{ text: string }>;

const refuse = (message: string, cause?: unknown) => {
  const error = invalid([{ path: 'source', message }], message);
  if (cause !== undefined) error.cause = cause;
  return error;
};

/**
 * Git over the network for one verb: only to an address that may be reached (and, for https, to exactly the address
 * that was judged), without redirects, all calls together within `limitMs`, one within its own `timeoutMs`. Throws INVALID on `source`.
 */
export async function openNetwork(
  context: Pick<GitContext, 'git' | 'networkMs'>,
  mayReach: MayReach,
  url: SourceUrl,
  limitMs = context.networkMs,
): Promise<NetworkGit> {
  const deadline = Date.now() + limitMs;
  const addresses = await bounded(mayReach(url.host), limitMs);
  if (addresses === 'slow') throw refuse(`${url.host} could not be looked up in time.`);
  if (addresses === null) {
    throw refuse(`${url.host} is a private address: an operator can allow it with OUTBOUND_ALLOW.`);
  }
  if (addresses.length === 0) throw refuse(`The host ${url.host} cannot be found.`);
  const config = [
    `protocol.${url.scheme}.allow=always`,
    'http.followRedirects=false',
    'http.lowSpeedLimit=1',
    'http.lowSpeedTime=30',
  ];
  if (url.scheme === 'https') config.push(`http.curloptResolve=${pinned(url, addresses)}`);

  return async (args, call) => {
    const own = call.timeoutMs ?? limitMs;
    try {
      return await context.git(args, { ...call, config, timeoutMs: Math.max(1, Math.min(own, deadline - Date.now())) });
    } catch (error) {
      if (!(error instanceof GitFailure)) throw error;
      throw refuse(sentence(url, error, Math.min(own, limitMs)), error);
    }
  };
}

// The name is looked up once; git must not look again and be led elsewhere.
function pinned(url: SourceUrl, addresses: readonly string[]): string {
  const list = addresses.map((address) => (address.includes(':') ? `[${address}]` : address));
  return `${url.host}:${url.port}:${list.join(',')}`;
}

function sentence(url: SourceUrl, failure: GitFailure, limitMs: number): string {
  const { stderr } = failure;
  if (failure.timedOut) return `${url.host} did not answer within ${seconds(limitMs)}.`;
  if (/Authentication failed|could not read (Username|Password)|Permission denied|Host key verification/.test(stderr)) {
    return `${url.host} wants credentials this machine does not have: set up a git credential helper or an ssh key.`;
  }
  if (/not found|does not appear to be a git repository|does not exist/i.test(stderr)) {
    return `${url.host} has no repository at this URL, or does not show it to this machine.`;
  }
  if (/redirect/i.test(stderr)) return `${url.host} answers with a redirect: register the address it leads to.`;
  return `${url.host} could not be read: ${firstLine(stderr)}`;
}

function seconds(ms: number): string {
  const whole = Math.ceil(ms / 1000);
  return whole === 1 ? '1 second' : `${whole} seconds`;
}

async function bounded<T>(work: Promise<T>, ms: number): Promise<T | 'slow'> {
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<'slow'>((resolve) => {
    timer = setTimeout(() => resolve('slow'), ms);
  });
  try {
    return await Promise.race([work, slow]);
  } finally {
    clearTimeout(timer);
  }
}
