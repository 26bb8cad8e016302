import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { openTestStore } from '../../../db/testing/store.ts';
import type { Deps } from '../../application/deps.ts';
import type { AgentRunner, RuntimeStatus } from '../../application/ports.ts';
import { aloneInstance } from '../../application/testing/alone-instance.ts';
import { createFleetByHand } from '../../application/testing/fleet-by-hand.ts';
import { type Config, loadConfig } from '../../config.ts';
import type { Role, Scope } from '../../domain/actor.ts';
import { scopes as allScopes } from '../../domain/actor.ts';
import { createBlueprintFiles } from '../../infrastructure/blueprints/files.ts';
import { createInProcessLocks } from '../../infrastructure/coordination/in-process-locks.ts';
import { createEncryption } from '../../infrastructure/encryption.ts';
import { createWorkspaces } from '../../infrastructure/git/workspaces.ts';
import { createOutboundJudge } from '../../infrastructure/outbound-judge.ts';

import { createAttemptLimiter, createRequestLimits, type RequestRates } from '../../infrastructure/rate-limit.ts';
import { createFeedHub } from '../../infrastructure/realtime/feed-hub.ts';
import { createSecrets } from '../../infrastructure/secrets.ts';
import { createTelemetry } from '../../infrastructure/telemetry.ts';
import { createTimeCodes } from '../../infrastructure/time-codes.ts';
import { createWakeUps } from '../../infrastructure/wake-ups.ts';
import { createLogger } from '../../log.ts';
import { createServices } from '../../services.ts';
import { createApi } from '../api/api.ts';
import { createAuthenticate } from '../authenticate.ts';
import { errorHandler } from '../errors.ts';
import { createHealth } from '../health.ts';
import { createMetrics } from '../metrics.ts';
import { security } from '../security.ts';
import { createContract } from './contract.ts';

// No OpenCode runs in these tests; the services under test never call the runner themselves.
const noRunner: AgentRunner = {
  run() {
    throw new Error('No runtime here');
  },
  answer: () => Promise.reject(new Error('No runtime here')),
  abort: () => Promise.reject(new Error('No runtime here')),
  openAsks: () => Promise.reject(new Error('No runtime here')),
  forget: () => Promise.reject(new Error('No runtime here')),
};

const runtimeStatus: RuntimeStatus = {
  id: '00000000-0000-4000-8000-000000000001',
  kind: 'opencode_embedded',
  state: 'online',
  detail: '',
  version: '1.18.33',
  pid: null,
  port: null,
  residentBytes: null,
  startedAt: null,
  restarts: 0,
  circuit: 'closed',
  parkedUntil: null,
  rehearsal: true,
};

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON, or the text of another media type, or null without a body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers that the contract has judged already
  readonly body: any;
}

export interface Sent {
  readonly token?: string | null;
  readonly body?: unknown;
  /** Sent as it is instead of `body`. */
  readonly raw?: string;
  readonly headers?: Record<string, string>;
}

export type ApiServer = Awaited<ReturnType<typeof openApiServer>>;

/** The real API over real services and a real database and git, on a port of its own. */
export async function openApiServer(
  options: { environment?: Record<string, string>; rates?: RequestRates; heartbeatMs?: number } = {},
) {
  const dataDir = mkdtempSync(join(tmpdir(), 'orchestrator-api-'));
  const config: Config = loadConfig({ NODE_ENV: 'test', DATA_DIR: dataDir, ...options.environment });
  const { store, close: closeStore } = await openTestStore('postgres');
  const log = createLogger({ level: 'silent' });
  const hub = createFeedHub((error) => {
    throw error;
  });
  const { id: runtimeId } = await store.runtimes.upsertEmbedded({ id: runtimeStatus.id, name: 'embedded' });
  const loops = () => [{ name: 'dispatch', everySeconds: 1, lastTickAt: new Date(), ticks: 3, failures: 0 }];
  const deps: Deps = {
    store,
    locks: createInProcessLocks({ fences: store.locks }),
    runner: noRunner,
    instance: {
      ...aloneInstance('test'),
      vitals: () => ({ loops: loops(), sessions: 0, attempts: 0 }),
    },
    glassBox: { read: async () => null, traffic: () => ({ api: 0, pages: 0, external: 0, clients: 0 }) },
    drillTargets: { refusal: () => null, describe: (part) => part, kill: async () => undefined },
    runtime: { status: () => runtimeStatus, restart: async () => {} },
    fleet: createFleetByHand(),
    watchRuntimes: () => {},
    workspaces: createWorkspaces({ dataDir, log, outboundAllow: [] }),
    commandEnvironment: { node: process.version, platform: process.platform, variables: [] },
    blueprintFiles: createBlueprintFiles({ dataDir, directory: config.blueprintDir, outboundAllow: [] }),
    runCommand: () => Promise.reject(new Error('No commands here')),
    endOrphans: async () => 0,
    endLeftBehind: async () => 0,
    secrets: createSecrets(),
    encryption: createEncryption(Buffer.alloc(32, 7)),
    timeCodes: createTimeCodes(),
    identityProvider: null,
    signOn: { groups: [], defaultRole: null, team: null },
    wakeUps: createWakeUps(),
    refuseOutbound: createOutboundJudge([]),
    limiter: createAttemptLimiter(),
    redact: (text) => text,
    checkRehearsal: () => [],
    rehearsalPlans: () => [],
    prices: () => ({ input: 0, output: 0 }),
    fault: () => {},
    log,
    settings: {
      leaseSeconds: 30,
      checkpointSeconds: 300,
      askSlaSeconds: 900,
      askExpirySeconds: 86_400,
      approvalExpirySeconds: 86_400,
      selfApprovalDelaySeconds: 900,
      verifyTimeoutSeconds: 600,
      owner: 'test',
      formerOwners: [],
      heartbeatSeconds: 30,
      rehearsal: true,
      version: '0.0.0-test',
      minimumFreeBytes: 0,
    },
    clock: () => new Date(),
    output: () => {},
    nudge: () => {},
    recheck: () => {},
  };
  const services = createServices(deps, { setupCode: 'code', runtimeId });

  // The deliver loop in small: what the outbox holds goes to the watchers, then out of it.
  let delivering = Promise.resolve();
  store.onCommit(() => {
    delivering = delivering.then(async () => {
      const { ids, events } = await store.outbox.take(500);
      hub.publish(events);
      if (ids.length > 0) await store.outbox.done(ids);
    });
  });

  const app = express();
  const stopping = new AbortController();
  const authenticate = createAuthenticate(services.auth);
  security(app, config);
  app.use(createHealth(services.system, log));
  const limits = createRequestLimits(options.rates);
  app.use(createMetrics(createTelemetry({ totals: services.metrics.totals, loops }), config, authenticate, limits));
  app.use(
    '/api/v1',
    createApi({
      services,
      authenticate,
      limits,
      idempotency: store.idempotency,
      runner: 'house.1',
      subscribe: (feed, nudge) => hub.listen(feed, (_events, head) => nudge(head)),
      log,
      version: '0.0.0-test',
      stopping: stopping.signal,
      ...(options.heartbeatMs !== undefined && { heartbeatMs: options.heartbeatMs }),
    }),
  );
  app.use(errorHandler(log));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const admin = await services.auth.setup(
    {
      code: 'code',
      teamName: 'Works',
      name: 'Ada',
      email: 'ada@example.com',
      password: 'a long enough sentence',
    },
    { address: null, userAgent: null },
  );

  const issue = async (email: string, scopes: readonly Scope[] = allScopes) =>
    (await services.tokens.issue({ email, scopes, name: 'test' })).token;

  async function addMember(role: Role, teamId = admin.actor.teamId): Promise<{ id: string; email: string }> {
    const id = crypto.randomUUID();
    const email = `${id.slice(0, 8)}@example.com`;
    await store.users.create({ id, email, name: role, passwordHash: null });
    await store.users.addMembership({ teamId, userId: id, role });
    return { id, email };
  }

  const token = await issue('ada@example.com');

  async function send(method: string, path: string, sent: Sent = {}): Promise<Answered> {
    const bearer = sent.token === undefined ? token : sent.token;
    const body = sent.raw ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...sent.headers,
      },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : isJson ? JSON.parse(text) : text,
    };
  }

  const document = (await send('GET', '/api/v1/openapi.json')).body as Record<string, unknown>;
  const contract = createContract(document);

  return {
    url,
    store,
    services,
    document,
    token,
    admin,
    login: admin.token,
    issue,
    addMember,
    /** Any request, not judged. */
    send,
    /** A request of the API; the answer must be one its document allows. */
    async api(method: string, path: string, sent: Sent = {}): Promise<Answered> {
      const answered = await send(method, `/api/v1${path}`, sent);
      const type = answered.headers.get('content-type') ?? '';
      if (type === '' || type.startsWith('application/json')) {
        contract.judge(method, path.split('?')[0] ?? path, answered.status, answered.body);
      }
      return answered;
    },
    stopping,
    async close() {
      stopping.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await delivering;
      await closeStore();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
