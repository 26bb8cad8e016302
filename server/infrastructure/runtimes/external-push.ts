import type { Encryption, Log } from '../../application/ports.ts';
import type { Store } from '../../application/store-port.ts';
import { type Outbound, OutboundError } from '../outbound.ts';
import { signedHeaders } from '../signature.ts';

export interface PushOptions {
  store: Store;
  outbound: Outbound;
  encryption: Encryption;
  log: Log;
  /** Where the signing secret of an agent is sealed for. */
  secretPlace: (agentId: string) => string;
}

/** What the agent made of a task that was posted to it. */
export type Pushed = 'taken' | 'refused' | 'no_endpoint';

/** Posts a task to an agent's own endpoint, signed; the same attempt may be posted as often as it needs (202 takes it). */
export function createPush({ store, outbound, encryption, log, secretPlace }: PushOptions) {
  return async function push(agentId: string, message: object, signal: AbortSignal): Promise<Pushed> {
    const agent = await store.external.get(agentId);
    const sealed = await store.external.secretOf(agentId);
    if (!agent?.endpointUrl || sealed === null) return 'no_endpoint';
    const body = JSON.stringify(message);
    const url = new URL(`${agent.endpointUrl.replace(/\/+$/, '')}/task`);
    try {
      const { status } = await outbound.send(url, {
        method: 'POST',
        protocols: ['https:', 'http:'],
        headers: {
          'Content-Type': 'application/json',
          ...signedHeaders([encryption.open(sealed, secretPlace(agentId))], body, new Date()),
        },
        body,
        timeoutMs: 10_000,
        maxBytes: 64 * 1024,
        signal,
      });
      if (status === 202) return 'taken';
      log.info({ agentId, status }, 'An agent did not take the task that was posted to it; it is posted again');
    } catch (error) {
      if (signal.aborted) return 'refused';
      if (!(error instanceof OutboundError)) throw error;
      log.info({ agentId, reason: error.reason, error: error.message }, 'A task could not be posted to its agent yet');
    }
    return 'refused';
  };
}
