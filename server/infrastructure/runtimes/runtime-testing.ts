import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentRunner, Log, RunEvent, RunOrder } from '../../application/ports.ts';
import type { AgentTools } from '../../application/tools-port.ts';
import type { Config } from '../../config.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import type { CallRecord, GatewayAttempt } from '../gateway/model-call.ts';
import { remoteIds } from '../remote-ids.ts';
import { createToolTokens } from '../tools/tool-token.ts';
import { createToolsEndpoint, toolsPath } from '../tools/tools-endpoint.ts';
import { createOpenCodeRunner } from './opencode-runner.ts';
import { createSupervisor, type Supervisor } from './opencode-supervisor.ts';

/** A real gateway, a real OpenCode and a runner on a data directory of their own, for tests. */
export interface RuntimeFixture extends RunnerFixture {
  supervisor: Supervisor;
}

/** What a runner needs to be tried, whoever keeps its OpenCode running. */
export interface RunnerFixture {
  dataDir: string;
  gateway: Gateway;
  runner: AgentRunner;
  /** Attempts the gateway knows; tests change them. */
  attempts: Map<string, GatewayAttempt>;
  calls: CallRecord[];
  contexts: Record<string, unknown>[];
  /** An order in a fresh git repository whose prompt holds this script. */
  order(script: string | null, changes?: Partial<RunOrder>): RunOrder;
  close(): Promise<void>;
}

export interface FixtureOptions {
  dataDir?: string;
  model?: Config['model'];
  silenceMs?: number;
  watchdogMs?: number;
  log?: Log;
  /** Gives the agents the orchestrator's tools. */
  tools?: AgentTools;
  /** Where they are said to be, instead of where they are. */
  toolsUrl?: string;
}

const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A folder outside every repository, removed by the caller. */
export function temporaryFolder(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'orchestrator-runtime-')));
}

/** Starts gateway and OpenCode; waits until it is online. */
export async function startRuntime(options: FixtureOptions = {}): Promise<RuntimeFixture> {
  const log = options.log ?? quiet;
  const { dataDir, gateway, tokens, attempts, calls, contexts } = await startGateway(options);
  const silenceMs = options.silenceMs ?? 3_000;
  const supervisor = createSupervisor({
    config: { opencodeBin: null },
    log,
    gateway,
    dataDir,
    silenceMs,
    watchdogMs: options.watchdogMs ?? 600_000,
  });
  await supervisor.start();
  const { state, detail } = supervisor.status();
  if (state !== 'online' && state !== 'degraded') throw new Error(`OpenCode did not start: ${detail}`);
  const runner = createOpenCodeRunner({
    link: supervisor,
    log,
    runtimeId: 'runtime-1',
    defaultModel: () => gateway.defaultModel(),
    pollMs: 1_000,
    ...((options.tools ?? options.toolsUrl) && {
      toolsUrl: (attemptId: string) =>
        options.toolsUrl ?? `http://127.0.0.1:${gateway.port()}${toolsPath(tokens.tokenOf(attemptId))}`,
    }),
  });
  return {
    dataDir,
    gateway,
    supervisor,
    runner,
    attempts,
    calls,
    contexts,
    order: orderMaker(dataDir, attempts),
    async close() {
      await supervisor.stop();
      await gateway.stop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The gateway alone, listening, with everything it tells kept. */
export async function startGateway(
  options: FixtureOptions & { runtimeOfToken?: (hash: string) => Promise<string | null> } = {},
) {
  const dataDir = options.dataDir ?? temporaryFolder();
  const log = options.log ?? quiet;
  const attempts = new Map<string, GatewayAttempt>();
  const calls: CallRecord[] = [];
  const contexts: Record<string, unknown>[] = [];
  const failures = new Map<string, number>();

  const tokens = createToolTokens(dataDir);
  const gateway = createGateway({
    config: { model: options.model ?? null },
    log,
    dataDir,
    ...(options.tools && { tools: createToolsEndpoint({ tools: options.tools, tokens, log }) }),
    registry: {
      resolveAttempt: async (id) => attempts.get(id) ?? null,
      ...(options.runtimeOfToken && { runtimeOfToken: options.runtimeOfToken }),
    },
    meter: {
      admit: async () => null,
      recordCall: async (call) => void calls.push(call),
      countFailure: async (attemptId, step) => {
        const count = (failures.get(`${attemptId}:${step}`) ?? 0) + 1;
        failures.set(`${attemptId}:${step}`, count);
        return count;
      },
      setContext: async (_, values) => void contexts.push(values),
    },
  });
  await gateway.start();
  return { dataDir, gateway, tokens, attempts, calls, contexts };
}

/** Makes orders in fresh repositories, which the gateway knows. */
export function orderMaker(dataDir: string, attempts: Map<string, GatewayAttempt>): RunnerFixture['order'] {
  let number = 0;
  return (script, changes = {}) => {
    number += 1;
    const directory = join(dataDir, `work-${number}`);
    makeRepository(directory);
    const order: RunOrder = {
      attemptId: `attempt-${number}-${Date.now()}`,
      sessionId: 'session-1',
      taskId: 'task-1',
      teamId: 'team-1',
      epoch: 1,
      runtimeId: 'runtime-1',
      number: 1,
      directory,
      title: 'Implement the thing',
      prompt: script === null ? 'Do something.' : `Do it.\n\n\`\`\`rehearsal\n${script}\n\`\`\`\n`,
      system: 'You work for the tests.',
      agent: { name: 'tester', permissionPreset: 'standard' },
      model: null,
      ...remoteIds(),
      ...changes,
    };
    const { attemptId, sessionId, teamId, runtimeId } = order;
    const known = { attemptId, sessionId, teamId, taskKey: 'main', taskOrder: 1, number: order.number, epoch: 1 };
    attempts.set(order.remoteSessionId, { ...known, status: 'running', runtimeId });
    return order;
  };
}

/** A git repository with two files and one commit. */
export function makeRepository(directory: string): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'greeting.txt'), 'hello\n');
  writeFileSync(join(directory, 'package.json'), '{"name":"sample","scripts":{"test":"echo tested"}}\n');
  const identity = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.com'];
  for (const args of [
    ['init', '-q', '-b', 'main'],
    ['add', '.'],
    [...identity, 'commit', '-q', '-m', 'Begin'],
  ]) {
    execFileSync('git', args, { cwd: directory });
  }
}

/** Runs an order to its end; `onEvent` may answer asks or interfere. */
export async function runToEnd(
  fixture: Pick<RunnerFixture, 'runner'>,
  order: RunOrder,
  onEvent: (event: RunEvent) => void | Promise<void> = () => undefined,
): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of fixture.runner.run(order, new AbortController().signal)) {
    events.push(event);
    await onEvent(event);
  }
  return events;
}

/** Events of one type. */
export function only<Type extends RunEvent['type']>(
  events: RunEvent[],
  type: Type,
): Extract<RunEvent, { type: Type }>[] {
  return events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type);
}
