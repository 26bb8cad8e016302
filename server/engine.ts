import { hostname } from 'node:os';
import { dirname } from 'node:path';
import type { Database } from '../db/client.ts';
import { createAgentTools } from './application/contexts/agent-tools.ts';
import type { Deps } from './application/deps.ts';
import { createCallAdmission } from './application/engine/admit-call.ts';
import { createDispatcher } from './application/engine/dispatcher.ts';
import { reportInstance } from './application/engine/report-instance.ts';
import { createSweeper } from './application/engine/sweeper.ts';
import { createRuntimeWatch } from './application/engine/watch-runtimes.ts';
import { forgetRecords } from './application/forget-records.ts';
import type { OutputDelta } from './application/ports.ts';
import { type Config, configuredSecrets } from './config.ts';
import { openExternalRuns } from './engine/external-runs.ts';
import { faultAt } from './engine/fault.ts';
import { openGateway } from './engine/gateway.ts';
import { settingsOf } from './engine/settings.ts';
import { createBlueprintFiles } from './infrastructure/blueprints/files.ts';
import { openCoordination } from './infrastructure/coordination/open.ts';
import { createDatabaseClock } from './infrastructure/database-clock.ts';
import { createDrillTargets } from './infrastructure/drill-targets.ts';
import { openEncryption } from './infrastructure/encryption-key.ts';
import { checkRehearsal, rehearsalPlans } from './infrastructure/gateway/rehearsal-script.ts';
import { createWorkspaces } from './infrastructure/git/workspaces.ts';
import { createGlassBox } from './infrastructure/glass-box.ts';
import { createIdentityProvider } from './infrastructure/identity-provider.ts';
import { createJobs } from './infrastructure/jobs.ts';
import { createOutbound } from './infrastructure/outbound.ts';
import { createOutboundJudge } from './infrastructure/outbound-judge.ts';
import { createAttemptLimiter } from './infrastructure/rate-limit.ts';
import { createRedaction } from './infrastructure/redaction.ts';
import { createRunCommand } from './infrastructure/run-command.ts';
import { createExternalFleet } from './infrastructure/runtimes/external-fleet.ts';
import { createLeftBehind } from './infrastructure/runtimes/left-behind.ts';
import { createOpenCodeRunner } from './infrastructure/runtimes/opencode-runner.ts';
import { createSupervisor } from './infrastructure/runtimes/opencode-supervisor.ts';
import { createRunnerByKind } from './infrastructure/runtimes/runner-by-kind.ts';
import { createSecrets } from './infrastructure/secrets.ts';
import { createStore } from './infrastructure/store/store.ts';
import { createTimeCodes } from './infrastructure/time-codes.ts';
import { createToolTokens } from './infrastructure/tools/tool-token.ts';
import { toolsPath } from './infrastructure/tools/tools-endpoint.ts';
import { createWakeUps } from './infrastructure/wake-ups.ts';
import type { Logger } from './log.ts';
import { type Loop, startLoop } from './loops.ts';
import { createOutside } from './outside.ts';
import { createServices } from './services.ts';
import { createStopping } from './stopping.ts';

/** The one embedded OpenCode of an installation; its row has a fixed id so that every start finds it again. */
const embeddedRuntime = { id: '00000000-0000-4000-8000-00000000c0de', name: 'opencode-embedded' } as const;

export interface EngineOptions {
  config: Config;
  log: Logger;
  database: Database;
  version: string;
  instance: { id: string; owner: string; formerOwners: readonly string[]; url: string };
  setupCode: string;
  /** What must never be written down; the runtime's own are added to it. The log reads the same set. */
  secrets?: Set<string>;
  output: (delta: OutputDelta) => void;
  /** A login or token of this user ended. */
  recheck: (userId: string) => void;
}

/** Builds everything that works without a browser: store, gateway, runtime, services, dispatcher and their loops. */
export async function createEngine(options: EngineOptions) {
  const { config, log, database, secrets = configuredSecrets(options.config) } = options;
  const redact = createRedaction(secrets);
  const jobs = createJobs({ database, databaseUrl: config.databaseUrl, log });
  const store = createStore(database, {
    redact,
    enqueue: jobs.enqueue,
    heartbeatSeconds: config.heartbeatSeconds,
  });
  const encryption = await openEncryption(config, database, (value) => secrets.add(value));
  const pool = await store.runtimes.upsertEmbedded({ ...embeddedRuntime, capacity: config.opencodeCapacity });
  const coordination = openCoordination({
    url: config.redisUrl,
    log,
    id: options.instance.id,
    installation: pool.createdAt.getTime().toString(36),
    fences: store.locks,
  });
  const { coordinator } = coordination;
  const known = (await store.instances.list()).find(({ id }) => id === options.instance.id);

  const time = createDatabaseClock(() => store.now());
  await time.follow();
  const ids = createSecrets();
  const tools = createAgentTools({ store, secrets: ids, clock: time.now });
  const tokens = createToolTokens(config.dataDir);
  const admission = createCallAdmission({ store, clock: time.now, nudge: () => dispatchLoop?.nudge() });
  const gateway = openGateway({
    ...{ config, log, store, tools, tokens, admission },
    parkedUntil: known?.parkedUntil ?? null,
  });
  const supervisor = createSupervisor({
    config,
    log,
    gateway,
    dataDir: config.dataDir,
    runtimeId: embeddedRuntime.id,
    keepSecret: (value) => secrets.add(value),
  });
  const loopback = () => `http://127.0.0.1:${gateway.port()}`;
  const runs = {
    defaultModel: () => gateway.defaultModel(),
    meterTotals: (attemptId: string) => store.modelCalls.ofAttempt(attemptId),
    toolsUrl: (attemptId: string) => `${loopback()}${toolsPath(tokens.tokenOf(attemptId))}`,
  };
  const embedded = createOpenCodeRunner({ ...runs, link: supervisor, log, runtimeId: embeddedRuntime.id });
  // A server elsewhere calls back at the address people use; without one, on this machine.
  const elsewhere = () => config.publicUrl ?? loopback();
  const outbound = createOutbound({ allow: config.outboundAllow });
  const fleet = createExternalFleet({
    outbound,
    log,
    dataDir: config.dataDir,
    runner: {
      ...runs,
      toolsUrl: (attemptId) => `${elsewhere()}${toolsPath(tokens.tokenOf(attemptId))}`,
      reportCall: async (call) => {
        await store.modelCalls.report(call);
        // After the fact, since no gateway stood before it: a spent budget pauses the session now.
        await admission(call.attemptId, 0);
      },
      offlineMs: 60_000,
    },
    gateway,
    gatewayUrl: elsewhere,
    keepSecret: (value) => secrets.add(value),
  });
  const wakeUps = createWakeUps();
  const workspaces = createWorkspaces({ dataDir: config.dataDir, log, outboundAllow: config.outboundAllow });
  const settings = settingsOf(config, { ...options.instance, version: options.version });
  const clock = time.now;
  const external = openExternalRuns({
    ...{ store, workspaces, wakeUps, log, settings, clock, outbound, encryption },
    heartbeatSeconds: config.heartbeatSeconds,
  });
  const runner = createRunnerByKind((id) => store.runtimes.kindOf(id), {
    opencode_embedded: embedded,
    opencode_external: fleet.runner,
    external_agent: external,
  });
  const commands = createRunCommand({ nodeBin: dirname(process.execPath), dataDir: config.dataDir });

  const loops: Loop[] = [];
  const health = () => loops.map((loop) => loop.health());
  const glassBox = createGlassBox();
  const deps: Deps = {
    store,
    locks: coordination.locks,
    runner,
    runtime: supervisor,
    instance: {
      id: options.instance.id,
      host: hostname(),
      pid: process.pid,
      url: options.instance.url,
      clustered: config.redisUrl !== null,
      startedAt: new Date(),
      vitals: () => ({ loops: health(), ...dispatcher.load() }),
      coordination: () => coordinator.facts(),
    },
    fleet,
    watchRuntimes: () => watchLoop?.nudge(),
    workspaces,
    drillTargets: createDrillTargets({
      database,
      openCodePid: () => supervisor.status().pid,
      dropRedis: coordination.drop,
      supervised: config.supervised,
      async rebuildEngine() {
        await dispatcher.abandon();
        dispatcher = createDispatcher(deps);
      },
    }),
    glassBox,
    blueprintFiles: createBlueprintFiles({
      dataDir: config.dataDir,
      directory: config.blueprintDir,
      outboundAllow: config.outboundAllow,
    }),
    runCommand: commands.run,
    commandEnvironment: commands.environment,
    endOrphans: (attemptId) => commands.endOrphans(attemptId),
    endLeftBehind: createLeftBehind(config.dataDir),
    secrets: ids,
    encryption,
    timeCodes: createTimeCodes(),
    identityProvider: config.oidc === null ? null : createIdentityProvider(config.oidc),
    signOn: config.oidc?.rules ?? { groups: [], defaultRole: null, team: null },
    wakeUps,
    refuseOutbound: createOutboundJudge(config.outboundAllow),
    limiter: createAttemptLimiter(coordination.counters),
    redact,
    checkRehearsal,
    rehearsalPlans,
    prices: (model) => gateway.prices(model),
    fault: faultAt(config.faultAt),
    log,
    settings,
    clock,
    output: (delta) => {
      const shown = { ...delta, text: redact(delta.text) };
      options.output(shown);
      coordinator.output(shown);
    },
    recheck: (userId) => {
      options.recheck(userId);
      coordinator.recheck(userId);
    },
    nudge: () => dispatchLoop?.nudge(),
  };
  // What people do may be for another instance to carry out; what the engine does itself is for itself.
  const nudgeAll = () => {
    deps.nudge();
    coordinator.nudge();
  };
  const services = createServices(
    { ...deps, nudge: nudgeAll },
    {
      setupCode: options.setupCode,
      runtimeId: embeddedRuntime.id,
    },
  );
  let dispatcher = createDispatcher(deps);
  const sweeper = createSweeper(deps, embeddedRuntime.id);
  const outside = createOutside(deps, { config, jobs });
  const runtimeWatch = createRuntimeWatch(deps);
  let dispatchLoop: Loop | undefined;
  let watchLoop: Loop | undefined;

  return {
    /** The gateway and the attempts' tools, for runtimes elsewhere. */
    fromElsewhere: gateway.fromElsewhere,
    services,
    store,
    coordinator,
    counters: coordination.counters,
    traffic: glassBox,
    owner: options.instance.owner,
    nudge: deps.nudge,
    loops: health,
    load: () => dispatcher.load(),
    /** What webhooks are owed of these events; before they leave the outbox. */
    fanOut: outside.fanOut,

    /** The gateway first (a surviving OpenCode is already calling it), then the runtime beside everything else. */
    async start(deliver: () => Promise<void>): Promise<void> {
      // Known to the others, and to whoever is refused because of it, before it does anything.
      await reportInstance(deps, embeddedRuntime.id);
      await supervisor.recall();
      await gateway.start();
      supervisor.onChange(() => dispatchLoop?.nudge());
      supervisor.start().catch((error: unknown) => log.error({ err: error }, 'Starting the runtime failed'));
      outside.start();
      // Before anything is driven: an attempt must find the server it is on.
      await runtimeWatch.tick();
      const loop = (name: string, everySeconds: number, work: () => Promise<void>) =>
        startLoop(name, everySeconds, work, { log, clock });
      watchLoop = loop('runtimes', 5, () => runtimeWatch.tick());
      dispatchLoop = loop('dispatch', 1, () => dispatcher.tick());
      const deliverLoop = loop('deliver', 5, deliver);
      store.onCommit(() => deliverLoop.nudge());
      loops.push(
        dispatchLoop,
        watchLoop,
        deliverLoop,
        loop('renew', config.leaseSeconds / 3, () => dispatcher.renew()),
        loop('sweep', 5, () => time.follow().then(() => sweeper.sweep())),
        loop('housekeep', 300, async () => {
          await Promise.all([store.locks.prune(), database.housekeep(), forgetRecords(deps)]);
        }),
      );
      await services.drills.goOn();
    },

    /** Stop claiming, end our OpenCode and its children, release leases (engine.md 6.2). */
    async stop({ part, within } = createStopping(log)): Promise<void> {
      await Promise.all(loops.map((loop) => within(`a turn of the loop ${loop.health().name}`, loop.stop)));
      const jobs = part('the job queue', outside.stop);
      await dispatcher.stop(within);
      await store.instances.leave(options.instance.id);
      fleet.close();
      // The others go on at once with what was released.
      coordinator.nudge();
      await part('Redis', () => coordination.close());
      // First the way to the model: an agent whose command ends with OpenCode is not to be asked what to make of it.
      await part('the model gateway', gateway.stop);
      await Promise.all([part('OpenCode', () => supervisor.stop()), jobs]);
    },
  };
}

export type Engine = Awaited<ReturnType<typeof createEngine>>;
