import { setTimeout as delay } from 'node:timers/promises';
import type { Call, RegisterInput, RegisterOutput } from '../../scripts/faults/linearizability.ts';
import type { RestClient } from './rest.ts';

export interface Writers {
  /** What each caller saw, in the order of the ends. */
  readonly calls: readonly Call<RegisterInput, RegisterOutput>[];
  stop(): Promise<void>;
}

/**
 * Callers that read and write one context by REST until they are stopped, each through a client of its own. Whatever
 * is no clear answer (a lost connection, 500, 503) counts as unknown: it may have happened.
 */
export function startWriters(clients: readonly RestClient[], contextId: string): Writers {
  const calls: Call<RegisterInput, RegisterOutput>[] = [];
  let stopped = false;

  async function write(api: RestClient, number: number): Promise<void> {
    let known = 1;
    for (let turn = 0; !stopped; turn += 1) {
      const value = `writer ${number}, turn ${turn}`;
      const seen = turn % 3 === 1 ? known : undefined;
      const input: RegisterInput = turn % 3 === 2 ? { do: 'read' } : { do: 'write', value, seen };
      const began = performance.now();
      const output = await ask(api, contextId, input);
      const ended = performance.now();
      // A read nobody answered tells nothing.
      if (output !== null || input.do === 'write') calls.push({ by: `writer ${number}`, input, output, began, ended });
      if (output !== null && output !== 'conflict') known = output.version;
      // A few calls between two faults are enough, and the search for their order stays small.
      await delay(output === null ? 500 : 100);
    }
  }

  const running = clients.map(write);
  return {
    calls,
    async stop() {
      stopped = true;
      await Promise.all(running);
    },
  };
}

async function ask(api: RestClient, id: string, input: RegisterInput): Promise<RegisterOutput | null> {
  const call =
    input.do === 'read'
      ? api.call('GET', `/contexts/${id}`)
      : api.call('PATCH', `/contexts/${id}`, {
          body: { set: { value: input.value } },
          headers: input.seen === undefined ? {} : { 'if-match': String(input.seen) },
        });
  const reply = await call.catch(() => null);
  if (reply?.status === 409) return 'conflict';
  if (reply === null || reply.status >= 300) return null;
  const { version, data } = reply.body as { version: number; data: { value?: string } };
  return { version, value: data.value ?? null };
}
