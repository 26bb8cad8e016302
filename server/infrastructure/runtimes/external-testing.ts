import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { AgentRunner } from '../../application/ports.ts';
import { emptyUsage } from '../../domain/metrics.ts';
import type { CallRecord } from '../gateway/model-call.ts';
import { createOutbound } from '../outbound.ts';
import { endMarked, endProcess } from './end-process.ts';
import { createExternalLink, type ExternalLink } from './external-link.ts';
import { findOpenCode } from './opencode-binary.ts';
import { externalConfig } from './opencode-config.ts';
import { openCodeEnvironment, openCodeHome, writeHome } from './opencode-home.ts';
import { freePort, launch } from './opencode-process.ts';
import { createOpenCodeRunner } from './opencode-runner.ts';
import type { ReportedCall } from './own-usage.ts';
import type { ProcessIdentity } from './process-table.ts';
import {
  type FixtureOptions,
  orderMaker,
  type RunnerFixture,
  startGateway,
  temporaryFolder,
} from './runtime-testing.ts';

export const localOutbound = createOutbound({ allow: ['127.0.0.1'] });

/** A real OpenCode that nobody of us supervises: its own home, configuration and password, on a kept port. */
export interface Elsewhere {
  url: string;
  password: string;
  folder: string;
  process(): ProcessIdentity;
  start(): Promise<void>;
  /** As a crash ends it; what its tools started stays. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one with this configuration of its own. */
async function startElsewhere(folder: string, config: object): Promise<Elsewhere> {
  const home = openCodeHome(folder);
  const { path, version } = await findOpenCode(null);
  const password = 'elsewhere-secret';
  const marker = `elsewhere.${process.pid}.${Date.now()}`;
  const port = await freePort();
  await writeHome(home, config, version);
  let running: ProcessIdentity | null = null;

  const self: Elsewhere = {
    url: `http://127.0.0.1:${port}`,
    password,
    folder,
    process() {
      if (running === null) throw new Error('The OpenCode elsewhere does not run.');
      return running;
    },
    async start() {
      await launch(path, home, port, openCodeEnvironment(home, { password, marker }), async (identity) => {
        running = identity;
      });
    },
    async kill() {
      const { pid } = self.process();
      process.kill(pid, 'SIGKILL');
      running = null;
    },
    async close() {
      if (running !== null) await endProcess(running, 1000);
      running = null;
      await endMarked((one) => one === marker);
    },
  };
  await self.start();
  return self;
}

export const gatewayToken = 'oig_0123456789012345678901234567890123456789abc';

export interface ElsewhereFixture extends RunnerFixture {
  elsewhere: Elsewhere;
  link: ExternalLink;
  reported: ReportedCall[];
  /** A runner on the same server that gives a server that is gone so long to come back. */
  runnerThatWaits(offlineMs: number): AgentRunner;
}

/**
 * A gateway and a real OpenCode elsewhere that reaches it by the configuration we offer, with a token of its own. With
 * `config` it has that configuration instead.
 */
export async function startExternalRuntime(
  options: FixtureOptions & { config?: object } = {},
): Promise<ElsewhereFixture> {
  const hash = createHash('sha256').update(gatewayToken).digest('hex');
  const runtimeOfToken = async (given: string) => (given === hash ? 'runtime-1' : null);
  const { dataDir, gateway, attempts, calls, contexts } = await startGateway({ ...options, runtimeOfToken });
  const reported: ReportedCall[] = [];
  const folder = temporaryFolder();
  const offered = externalConfig({
    models: gateway.models(),
    defaultModel: gateway.defaultModel(),
    token: gatewayToken,
    gatewayUrl: `http://127.0.0.1:${gateway.port()}`,
    silenceMs: 3_000,
  });
  const elsewhere = await startElsewhere(folder, options.config ?? offered);
  const { url, password } = elsewhere;
  const link = createExternalLink({
    target: { id: 'runtime-1', url, username: 'opencode', password },
    outbound: localOutbound,
    dataDir,
  });
  await link.check();
  const runnerThatWaits = (offlineMs: number) =>
    createOpenCodeRunner({
      link,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      runtimeId: 'runtime-1',
      defaultModel: () => gateway.defaultModel(),
      meterTotals: async (attemptId) => {
        const own = reported.filter((call) => call.attemptId === attemptId);
        const all = [...calls.filter((call) => call.attemptId === attemptId), ...own];
        const sum = (pick: (call: CallRecord) => number) => all.reduce((total, call) => total + pick(call), 0);
        const usage = { inputTokens: sum((call) => call.inputTokens), outputTokens: sum((call) => call.outputTokens) };
        return { usage: { ...emptyUsage, ...usage }, calls: all.length, errors: 0, reported: own.length };
      },
      reportCall: async (call) => {
        if (!reported.some(({ key }) => key === call.key)) reported.push(call);
      },
      pollMs: 1_000,
      offlineMs,
    });
  return {
    dataDir,
    gateway,
    runner: runnerThatWaits(60_000),
    runnerThatWaits,
    attempts,
    calls,
    contexts,
    elsewhere,
    link,
    reported,
    order: orderMaker(dataDir, attempts),
    async close() {
      link.close();
      await elsewhere.close();
      await gateway.stop();
      rmSync(folder, { recursive: true, force: true });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
