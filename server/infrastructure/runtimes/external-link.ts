import type { RuntimeSight, RuntimeTarget } from '../../application/runtime-port.ts';
import { createCircuit } from '../gateway/circuit.ts';
import type { Outbound } from '../outbound.ts';
import {
  addressOfTarget,
  healthMs,
  identify,
  modelsOf,
  ProbeRefusal,
  returnMs,
  seesFiles,
  sharedFolder,
} from './external-probe.ts';
import { RuntimeProblem } from './opencode-client.ts';
import type { RuntimeLink } from './opencode-link.ts';

/** A server is looked at this often, and soon again after a failure, so that the circuit is quick to know. */
const everyMs = 5_000;
const againMs = 1_000;
/** What changes seldom: its models, and whether it sees our files. */
const wholeMs = 60_000;

export interface ExternalLink extends RuntimeLink {
  readonly restart: null;
  sight(): RuntimeSight;
  /** Looks now, at everything. */
  check(): Promise<RuntimeSight>;
  /** Its provider is out of quota until then. */
  park(until: Date): void;
  close(): void;
}

export interface ExternalLinkOptions {
  target: RuntimeTarget;
  outbound: Outbound;
  dataDir: string;
  now?: () => number;
}

/** Watches one server that is not ours: version, files and models, with a circuit between it and the runs. */
export function createExternalLink({ target, outbound, dataDir, now = Date.now }: ExternalLinkOptions): ExternalLink {
  const address = addressOfTarget(outbound, target);
  const circuit = createCircuit(now);
  const listeners = new Set<() => void>();
  let version: string | null = null;
  let models: string[] | null = null;
  let filesSeen = false;
  let answered = false;
  let trouble = 'It was not looked at yet';
  let parkedUntil: Date | null = null;
  let wholeAt = 0;
  let generation = 0;
  let up = false;
  let closed = false;
  let hasty = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | null = null;

  const tell = () => {
    for (const listener of listeners) listener();
  };

  function settle(reason: string | null): void {
    const usable = reason === null && circuit.state() === 'closed';
    trouble = reason ?? '';
    if (usable && !up) generation += 1;
    up = usable;
    tell();
  }

  async function lookOnce(whole: boolean): Promise<void> {
    try {
      // A busy server needs long, one that just came back may swallow a request: by turns.
      hasty = trouble !== '' && version !== null && !hasty;
      version = await identify(outbound, target, hasty ? returnMs : healthMs);
      answered = true;
      if (whole || now() - wholeAt > wholeMs || !filesSeen) {
        const folder = await sharedFolder(dataDir);
        filesSeen = await seesFiles(address, folder);
        models = await modelsOf(address, folder);
        wholeAt = now();
      }
      circuit.succeeded();
      settle(filesSeen ? null : blind(dataDir));
    } catch (error) {
      if (!(error instanceof ProbeRefusal || error instanceof RuntimeProblem)) throw error;
      circuit.failed();
      settle(error.message);
    }
  }

  function look(whole: boolean): Promise<void> {
    looking ??= lookOnce(whole)
      .catch((error: unknown) => settle(error instanceof Error ? error.message : String(error)))
      .finally(() => {
        looking = null;
        again();
      });
    return looking;
  }

  function again(): void {
    clearTimeout(timer);
    if (closed) return;
    const wait = trouble === '' || circuit.state() === 'open' ? everyMs : againMs;
    timer = setTimeout(() => (circuit.allow() ? look(false) : again()), wait);
    timer.unref();
  }

  function sight(): RuntimeSight {
    const state = circuit.state();
    const parked = parkedUntil !== null && parkedUntil.getTime() > now() ? parkedUntil : null;
    const seen = { softwareVersion: version, circuit: state, parkedUntil: parked, models, filesSeen, answered };
    if (state !== 'closed') return { ...seen, state: 'offline', detail: trouble };
    if (trouble !== '') return { ...seen, state: version === null ? 'starting' : 'degraded', detail: trouble };
    return parked === null
      ? { ...seen, state: 'online', detail: 'Healthy' }
      : { ...seen, state: 'parked', detail: 'The provider is out of quota' };
  }

  void look(true);
  return {
    restart: null,
    outputs: null,
    client: () => (circuit.state() === 'closed' && version !== null ? { ...address, generation } : null),
    status: () => ({ detail: trouble || 'Healthy' }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hold: () => () => undefined,
    unreachable(reason) {
      if (circuit.state() !== 'closed') return;
      circuit.failed();
      settle(reason);
    },
    sight() {
      const seen = sight();
      answered = false;
      return seen;
    },
    async check() {
      // One under way may have begun before what is to be seen was done.
      await looking;
      await look(true);
      return sight();
    },
    park(until) {
      parkedUntil = until;
      tell();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      tell();
    },
  };
}

/** What to do where a server answers and sees other files than we do. */
export function blind(dataDir: string): string {
  return (
    `It does not see the files of this machine: it must read ${dataDir} under the same path, as the same user, ` +
    'on this machine or through a mount'
  );
}
