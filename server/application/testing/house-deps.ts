import { dirname } from 'node:path';
import { instanceOf } from '../../domain/instance.ts';
import { createBlueprintFiles } from '../../infrastructure/blueprints/files.ts';
import { createEncryption } from '../../infrastructure/encryption.ts';
import { checkRehearsal, rehearsalPlans } from '../../infrastructure/gateway/rehearsal-script.ts';
import { createWorkspaces } from '../../infrastructure/git/workspaces.ts';
import { createAttemptLimiter } from '../../infrastructure/rate-limit.ts';
import { createRedaction } from '../../infrastructure/redaction.ts';
import { createRunCommand } from '../../infrastructure/run-command.ts';
import { createExternalAgentRunner } from '../../infrastructure/runtimes/external-agent-runner.ts';
import { createLeftBehind } from '../../infrastructure/runtimes/left-behind.ts';
import { createRunnerByKind } from '../../infrastructure/runtimes/runner-by-kind.ts';
import { createSecrets } from '../../infrastructure/secrets.ts';
import { createTimeCodes } from '../../infrastructure/time-codes.ts';
import { createWakeUps } from '../../infrastructure/wake-ups.ts';
import type { Deps, Settings } from '../deps.ts';
import type { DrillTargets } from '../drill-port.ts';
import { taskMessage } from '../external/message.ts';
import { runWake } from '../external/report.ts';
import { agentWake } from '../external/service.ts';
import type { Fault, FaultPoint, RuntimeStatus } from '../ports.ts';
import { aloneInstance } from './alone-instance.ts';
import { createFleetByHand } from './fleet-by-hand.ts';
import { createHandRunner, type Play } from './hand-runner.ts';
import type { House } from './house.ts';

/** The runtime of every house. */
export const online: RuntimeStatus = {
  id: '00000000-0000-4000-8000-00000000c0de',
  kind: 'opencode_embedded',
  state: 'online',
  detail: '',
  version: '1.18.33',
  pid: 1,
  port: 1,
  residentBytes: null,
  startedAt: null,
  restarts: 0,
  circuit: 'closed',
  parkedUntil: null,
  rehearsal: true,
};

const defaults: Settings = {
  leaseSeconds: 30,
  checkpointSeconds: 300,
  askSlaSeconds: 900,
  askExpirySeconds: 86_400,
  approvalExpirySeconds: 86_400,
  selfApprovalDelaySeconds: 900,
  verifyTimeoutSeconds: 60,
  owner: 'house.1',
  formerOwners: [],
  heartbeatSeconds: 30,
  rehearsal: true,
  version: 'test',
  minimumFreeBytes: 1,
};

/** What must never leave the house. */
export const houseSecret = 'the-secret-of-the-house';

/** All that an instance's services are built from, and the hands a test has in it. */
export function depsOf(house: House, settings: Partial<Settings>) {
  const { store } = house.opened;
  const play: { current: Play } = { current: async () => undefined };
  const hand = createHandRunner(play);
  const fleet = createFleetByHand();
  const logged: { level: string; fields: object; message: string }[] = [];
  const runtime = { ...online };
  const time = { ahead: 0 };
  const faults: FaultPoint[] = [];
  const rechecked: string[] = [];
  const fault: { at: Fault } = { at: () => undefined };
  const keep = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message });
  const log = { info: keep('info'), warn: keep('warn'), error: keep('error') };
  const commands = createRunCommand({ nodeBin: dirname(process.execPath), dataDir: house.dataDir });
  const wakeUps = createWakeUps();
  const kept: Settings = { ...defaults, ...settings };
  const clock = () => new Date(Date.now() + time.ahead * 1000);
  const workspaces = createWorkspaces({ dataDir: house.dataDir, log, outboundAllow: [] });
  const outside = createExternalAgentRunner({
    store,
    workspaces,
    wakeUps,
    log,
    heartbeatSeconds: kept.heartbeatSeconds,
    message: (run) => taskMessage({ store, settings: kept, clock }, run),
    push: async () => 'no_endpoint',
    wakes: { run: runWake, agent: agentWake },
    pollMs: 50,
  });
  const drillTargets: DrillTargets = {
    refusal: () => null,
    describe: (part) => `the ${part} of the test`,
    kill: async () => undefined,
  };
  const deps: Deps = {
    store,
    runner: createRunnerByKind((id) => store.runtimes.kindOf(id), {
      opencode_embedded: hand.runner,
      opencode_external: hand.runner,
      external_agent: outside,
    }),
    locks: house.locks,
    instance: aloneInstance(instanceOf(settings.owner ?? defaults.owner)),
    runtime: { status: () => runtime, restart: async () => undefined },
    fleet,
    watchRuntimes: () => undefined,
    workspaces,
    drillTargets,
    glassBox: { read: async () => null, traffic: () => ({ api: 0, pages: 0, external: 0, clients: 0 }) },
    blueprintFiles: createBlueprintFiles({ dataDir: house.dataDir, directory: null, outboundAllow: [] }),
    runCommand: commands.run,
    commandEnvironment: commands.environment,
    endOrphans: commands.endOrphans,
    endLeftBehind: createLeftBehind(house.dataDir),
    secrets: createSecrets(),
    encryption: createEncryption(Buffer.alloc(32, 7)),
    timeCodes: createTimeCodes(),
    identityProvider: null,
    signOn: { groups: [], defaultRole: null, team: null },
    wakeUps,
    refuseOutbound: async () => null,
    limiter: createAttemptLimiter(),
    redact: createRedaction(new Set([houseSecret])),
    checkRehearsal,
    rehearsalPlans,
    prices: () => ({ input: 0, output: 0 }),
    fault: (point) => {
      faults.push(point);
      fault.at(point);
    },
    log,
    settings: kept,
    clock,
    output: () => undefined,
    nudge: () => void house.nudges.emit('nudge'),
    recheck: (userId) => void rechecked.push(userId),
  };
  const hands = {
    runtime,
    fleet,
    play,
    started: hand.started,
    aborted: hand.aborted,
    forgotten: hand.forgotten,
    offline: hand.offline,
    logged,
    time,
    drillTargets,
  };
  return { deps, ...hands, faults, rechecked, fault };
}
