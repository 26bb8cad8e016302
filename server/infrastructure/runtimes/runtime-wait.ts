import { setTimeout as delay } from 'node:timers/promises';
import type { RunEvent } from '../../application/ports.ts';
import type { RunContext } from './opencode-run.ts';

/** The runtime's address as soon as it has one; null when it stayed away for `offlineMs`, or nobody waits any more. */
export async function online(
  context: Pick<RunContext, 'link' | 'offlineMs'>,
  signal: AbortSignal,
  emit: (event: RunEvent) => void,
) {
  const { link } = context;
  const deadline = Date.now() + context.offlineMs;
  let told = false;
  while (!signal.aborted && Date.now() < deadline) {
    const client = link.client();
    if (client !== null) return client;
    if (!told) emit({ type: 'progress', note: `Waiting for the runtime: ${link.status().detail}` });
    told = true;
    await delay(100, undefined, { signal }).catch(() => undefined);
  }
  return null;
}
