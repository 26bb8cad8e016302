import { setTimeout as delay } from 'node:timers/promises';
import type { AbortResult, RunOrder } from '../../application/ports.ts';
import { type OpenCodeClient, openCodeClient, RuntimeProblem } from './opencode-client.ts';
import type { RuntimeLink } from './opencode-link.ts';
import { descendantsOf, findSession, remoteDirectory, statusesOf } from './opencode-remote.ts';
import type { RunHandle } from './run-handle.ts';

const idleWithinMs = 9_000;
const startMs = 1_500;
const notKnown: AbortResult = { rung: 'not_running', detail: 'OpenCode does not know the run' };

/**
 * Stops an order's whole tree and says which rung ended it: nothing ran, it idled after the abort, or our OpenCode was
 * ended (its other runs resume by themselves). Bounded to 15 s.
 */
export async function abortRun(link: RuntimeLink, order: RunOrder, handle: RunHandle | null): Promise<AbortResult> {
  if (handle !== null) {
    // From here on nothing is posted; what is being posted is let through, so that it can be aborted.
    handle.aborted = true;
    await Promise.race([handle.posting, delay(2_000, undefined, { ref: false })]);
    handle.nudge();
  }
  const address = link.client();
  if (address === null)
    return link.restart === null
      ? { rung: 'unverified', detail: `OpenCode cannot be reached: ${link.status().detail}` }
      : { rung: 'not_running', detail: 'OpenCode is not running' };
  const client = openCodeClient(address);
  try {
    const idle =
      (await findSession(client, order.remoteSessionId)) === null
        ? notKnown
        : await abortTree(client, order.remoteSessionId, await remoteDirectory(order), handle);
    if (idle !== null) return idle;
  } catch (error) {
    if (!(error instanceof RuntimeProblem)) throw error;
    if (link.client()?.generation !== address.generation) {
      return { rung: 'killed', detail: 'The process of OpenCode ended meanwhile' };
    }
  }
  if (link.restart === null)
    return { rung: 'unverified', detail: 'OpenCode did not stop the run, and its process is not ours to end' };
  // A stop must be one: the process goes, with everything it started.
  await Promise.race([link.restart('a run did not stop when it was aborted'), delay(5_000, undefined, { ref: false })]);
  return link.client()?.generation === address.generation
    ? { rung: 'unverified', detail: 'OpenCode neither stopped the run nor could be ended' }
    : { rung: 'killed', detail: 'The run did not stop, so the process of OpenCode was ended' };
}

/** Aborts a session and all below it until they are idle; null when they were not within 9 s. */
export async function abortTree(
  client: OpenCodeClient,
  id: string,
  directory: string,
  handle: RunHandle | null,
): Promise<AbortResult | null> {
  const busy = async () => {
    const [statuses, below] = await Promise.all([statusesOf(client, directory), descendantsOf(client, id)]);
    return [id, ...below.map((session) => session.id)].filter((one) => (statuses[one]?.type ?? 'idle') !== 'idle');
  };
  let running = await busy();
  // A post is answered before its run is busy.
  while (running.length === 0 && handle !== null && Date.now() - handle.postedAt < startMs) {
    await delay(100);
    running = await busy();
  }
  if (running.length === 0) return { rung: 'not_running', detail: 'The run was idle' };
  const startedAt = Date.now();
  while (Date.now() - startedAt < idleWithinMs) {
    await Promise.all(running.map((one) => client.send('POST', `/session/${one}/abort`)));
    await delay(100);
    running = await busy();
    if (running.length === 0) return { rung: 'aborted', detail: `Idle after ${Date.now() - startedAt} ms` };
    await delay(400);
  }
  return null;
}
