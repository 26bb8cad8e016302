import { setTimeout as delay } from 'node:timers/promises';
import type { Log, RuntimeState, RuntimeStatus } from '../../application/ports.ts';
import type { Config } from '../../config.ts';
import { endMarked, endProcess } from './end-process.ts';
import { type Brought, bringUp } from './opencode-adoption.ts';
import { findOpenCode } from './opencode-binary.ts';
import { openCodeClient } from './opencode-client.ts';
import type { OfferedModel } from './opencode-config.ts';
import { openCodeHome } from './opencode-home.ts';
import type { RuntimeLink } from './opencode-link.ts';
import { addressOf, disposeAll } from './opencode-process.ts';
import { findSession } from './opencode-remote.ts';
import { clearState, instanceId, type RecordedProcess, readState } from './opencode-state.ts';
import { watchProcess } from './opencode-watch.ts';
import { isRunning, type ProcessIdentity } from './process-table.ts';

/** What the supervisor needs of the gateway: it configures OpenCode to see nothing else. */
export interface SupervisedGateway {
  port(): number;
  models(): OfferedModel[];
  defaultModel(): string;
  acceptToken(token: string): void;
  setParentLookup(lookup: (remoteSessionId: string) => Promise<string | null>): void;
  health(): { circuit: RuntimeStatus['circuit']; parkedUntil: Date | null };
}

export interface SupervisorOptions {
  config: Pick<Config, 'opencodeBin'>;
  log: Log;
  gateway: SupervisedGateway;
  dataDir: string;
  runtimeId?: string;
  /** Told the password and token of each process: a command of an agent can read them, so nobody may write them down. */
  keepSecret?: (value: string) => void;
  silenceMs?: number;
  watchdogMs?: number;
  recycleBytes?: number;
}

/** Keeps one OpenCode running for this data directory. */
export interface Supervisor extends RuntimeLink {
  /**
   * Lets the gateway know the process an earlier life of the app left running. Before the gateway's port opens: that
   * process is calling it already, and a refused token would end its run.
   */
  recall(): Promise<void>;
  /** Adopts or starts the process; answers when it is online or its first start failed (it goes on trying). */
  start(): Promise<void>;
  status(): RuntimeStatus;
  restart(reason: string): Promise<void>;
  /** Ends the process and everything it started. */
  stop(): Promise<void>;
}

/** Supervises the embedded OpenCode (facts 2, 6, 8): adoption, health, restart with back-off, recycling, clean stop. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { log, gateway, runtimeId = 'embedded' } = options;
  const home = openCodeHome(options.dataDir);
  const recycleBytes = options.recycleBytes ?? 1.5 * 1024 ** 3;
  const listeners = new Set<() => void>();
  const stopping = new AbortController();

  let state: RuntimeState = 'starting';
  let detail = 'Not started yet';
  let running: RecordedProcess | null = null;
  let former: RecordedProcess | null = null;
  let launching: ProcessIdentity | null = null;
  let generation = 0;
  let restarts = 0;
  let failures = 0;
  let holds = 0;
  let resident: number | null = null;
  let stopWatching: () => void = () => undefined;
  let work: Promise<void> = Promise.resolve();

  const keepSecrets = ({ password, token }: RecordedProcess) => {
    options.keepSecret?.(password);
    options.keepSecret?.(token);
  };

  const change = (next: RuntimeState, why: string) => {
    if (state === next && detail === why) return;
    state = next;
    detail = why;
    for (const listener of listeners) listener();
  };

  // Starts, restarts and the stop never overlap.
  const serially = (job: () => Promise<void>): Promise<void> => {
    work = work.then(job, job);
    return work;
  };

  async function bring(): Promise<void> {
    if (stopping.signal.aborted) return;
    // One that could not be started stays offline while it is tried again: its lamp must not go out in between.
    const failed = state === 'offline' && failures > 0;
    change(failed ? 'offline' : 'starting', failures === 0 ? 'Starting OpenCode' : detail);
    try {
      const binary = await findOpenCode(options.config.opencodeBin);
      const wanted = {
        binary,
        gatewayPort: gateway.port(),
        models: gateway.models(),
        defaultModel: gateway.defaultModel(),
        silenceMs: options.silenceMs ?? 120_000,
        watchdogMs: options.watchdogMs ?? 600_000,
      };
      online(
        await bringUp(home, wanted, log, (started) => {
          launching = started;
        }),
      );
    } catch (error) {
      failures += 1;
      former = null;
      const message = error instanceof Error ? error.message : String(error);
      log.error({ error: message }, 'OpenCode could not be started');
      change('offline', message);
      again();
    } finally {
      launching = null;
    }
  }

  function online(brought: Brought): void {
    const { process: started, adopted, orphans } = brought;
    // Also when a stop came meanwhile: it ends what is recorded here, the watchdog included.
    running = started;
    former = null;
    keepSecrets(started);
    if (stopping.signal.aborted) return;
    gateway.acceptToken(started.token);
    generation += 1;
    resident = null;
    log.info({ pid: started.pid, adopted, orphans }, adopted ? 'OpenCode adopted' : 'OpenCode started');
    stopWatching = watchProcess({
      process: started,
      address: addressOf(started),
      heartbeatFile: home.heartbeatFile,
      onDead: (reason) => fail(`OpenCode was started again: ${reason}`),
      onHealth: (ok) => {
        change(ok ? 'online' : 'degraded', ok ? 'Healthy' : 'OpenCode is slow to answer');
      },
      onResident: (bytes) => {
        resident = bytes;
        if (bytes > recycleBytes && holds === 0) fail('OpenCode was recycled: it had grown and was idle');
      },
    });
    change('online', 'Healthy');
  }

  function fail(reason: string): void {
    replace(reason, true).catch((error: unknown) => log.error({ error: String(error) }, 'Restarting OpenCode failed'));
  }

  function again(): void {
    const waitMs = Math.min(30_000, 1000 * 2 ** (failures - 1));
    delay(waitMs, undefined, { signal: stopping.signal, ref: false }).then(
      () => serially(bring),
      // Aborted by stop: nothing is to be started any more.
      () => undefined,
    );
  }

  async function end(last: RecordedProcess | null): Promise<void> {
    if (last !== null) {
      await disposeAll(addressOf(last));
      await endProcess(last, 2000);
    }
    const instance = await instanceId(home);
    await endMarked((marker) => marker.startsWith(`${instance}.`));
    if (last?.watchdog) await endProcess(last.watchdog, 1000);
    await clearState(home);
  }

  function takeDown(next: RuntimeState, why: string): RecordedProcess | null {
    const last = running;
    stopWatching();
    running = null;
    resident = null;
    change(next, why);
    return last;
  }

  async function replace(reason: string, died: boolean): Promise<void> {
    const before = generation;
    await serially(async () => {
      // Somebody else has replaced the process meanwhile.
      if (stopping.signal.aborted || running === null || generation !== before) return;
      restarts += 1;
      log.warn({ reason }, 'OpenCode is started again');
      const last = takeDown('starting', reason);
      await end(last);
      // One that keeps dying young is not started in a tight loop.
      const young = last !== null && Date.now() - Date.parse(last.startedAt) < 30_000;
      failures = died && young ? failures + 1 : 0;
      if (failures <= 2) return bring();
      change('offline', reason);
      again();
    });
  }

  gateway.setParentLookup(async (remoteSessionId) => {
    if (running === null) return null;
    const session = await findSession(openCodeClient(addressOf(running)), remoteSessionId);
    return session?.parentID ?? null;
  });

  return {
    async recall() {
      const known = await readState(home);
      if (known === null || !(await isRunning(known))) return;
      former = known;
      keepSecrets(known);
      gateway.acceptToken(known.token);
    },
    outputs: home.outputs,
    start: () => serially(bring),
    restart: (reason) => replace(reason, false),
    async stop() {
      stopping.abort();
      const last = takeDown('offline', 'Stopped');
      // A start in progress is cut, not waited for.
      if (launching !== null) await endProcess(launching, 500);
      await work.catch(() => undefined);
      await end(running ?? last);
      change('offline', 'Stopped');
    },
    status() {
      const { circuit, parkedUntil } = gateway.health();
      const parked = state === 'online' && parkedUntil !== null;
      return {
        id: runtimeId,
        kind: 'opencode_embedded',
        state: parked ? 'parked' : state,
        detail: parked ? 'The provider is out of quota' : detail,
        version: running?.version ?? null,
        pid: (running ?? former)?.pid ?? null,
        port: running?.port ?? null,
        residentBytes: resident,
        startedAt: running === null ? null : new Date(running.startedAt),
        restarts,
        circuit,
        parkedUntil,
        rehearsal: gateway.defaultModel().startsWith('rehearsal/'),
      };
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    client: () => (running === null ? null : { ...addressOf(running), generation }),
    hold() {
      let held = true;
      holds += 1;
      return () => {
        if (held) holds -= 1;
        held = false;
      };
    },
  };
}
