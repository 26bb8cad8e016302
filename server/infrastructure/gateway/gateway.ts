import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Log, RuntimeStatus } from '../../application/ports.ts';
import type { Config } from '../../config.ts';
import type { Prices } from '../../domain/budget.ts';
import type { ToolsEndpoint } from '../tools/tools-endpoint.ts';
import { admission, type ParentLookup } from './admission.ts';
import { type Breakers, createBreakers } from './breakers.ts';
import { replyTo } from './failures.ts';
import { listenOnKeptPort } from './gateway-port.ts';
import { holdForBudget, type Patience, patience } from './hold.ts';
import type { CallFailure, CallOutcome, GatewayAttempt, GatewayMeter, GatewayRegistry } from './model-call.ts';
import { type Provider, upstreamProvider } from './providers.ts';
import { rehearsalProvider } from './rehearsal-model.ts';
import { RequestProblem, readBody, sendError } from './requests.ts';
import { unreported } from './usage.ts';

export interface GatewayOptions {
  config: Pick<Config, 'model'>;
  log: Log;
  registry: GatewayRegistry;
  meter: GatewayMeter;
  dataDir: string;
  /** Serves the tools of the attempts on the same port; they have tokens of their own. */
  tools?: ToolsEndpoint;
  /** How long a silent provider is waited for; below OpenCode's own patience so that our answer comes first. */
  silenceMs?: number;
  /** How long a call without budget is held. */
  patience?: Patience;
  /** Until when the provider was parked in an earlier life of the app. */
  parkedUntil?: Date | null;
}

/** A model a runtime may name, with its limits in tokens. */
export interface GatewayModel {
  provider: string;
  model: string;
  name: string;
  contextTokens: number;
  outputTokens: number;
}

/** The one door to every model: meters, admits, cuts off and classifies. Keys stay behind it. */
export interface Gateway {
  start(): Promise<void>;
  stop(): Promise<void>;
  port(): number;
  models(): GatewayModel[];
  /** `provider/model` used when an order names none. */
  defaultModel(): string;
  /** The token of the running OpenCode; earlier ones stop working. */
  acceptToken(token: string): void;
  /** Tells how to find the parent of a remote session, so that calls of sub-agents reach their attempt. */
  setParentLookup(lookup: ParentLookup): void;
  /** The same door for runtimes elsewhere, on the server people use: it opens to their tokens alone. */
  fromElsewhere(request: IncomingMessage, response: ServerResponse): void;
  /** Ends the attempt's calls now and refuses further ones of this process. */
  cut(attemptId: string, reason: string): void;
  /** What a model costs, by its full name; null is the default model. */
  prices(model: string | null): Prices;
  health(): { circuit: RuntimeStatus['circuit']; parkedUntil: Date | null };
}

interface OpenCall {
  attemptId: string;
  abort: AbortController;
}

/** Builds the gateway; nothing listens before `start`. */
export function createGateway(options: GatewayOptions): Gateway {
  const { config, log, meter } = options;
  const silenceMs = options.silenceMs ?? 110_000;
  const providers = new Map<string, Provider>();
  providers.set('rehearsal', rehearsalProvider(meter));
  if (config.model) {
    providers.set('default', upstreamProvider(config.model, { headerMs: silenceMs, chunkMs: silenceMs }));
  }
  const mainProvider = config.model ? 'default' : 'rehearsal';
  const breakers: Breakers = createBreakers(new Map([[mainProvider, options.parkedUntil ?? null]]));
  const cuts = new Map<string, string>();
  const open = new Set<OpenCall>();
  const admit = admission(options.registry, cuts);
  let token = '';
  let listeningOn = 0;

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      if (!(error instanceof RequestProblem)) log.error({ error: String(error) }, 'A gateway call failed');
      sendError(response, error);
    });
  };
  const server = createServer(answer);

  // A connection closed just when OpenCode uses it again would look to it like a failing model.
  server.keepAliveTimeout = 600_000;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (options.tools !== undefined && request.url?.startsWith('/tools/')) return options.tools(request, response);
    const caller = await authenticate(request);
    const [, name = '', path = ''] =
      /^\/gateway\/([a-z]+)\/v1\/([a-z/]+)$/.exec((request.url ?? '').split('?')[0] ?? '') ?? [];
    const provider = providers.get(name);
    if (provider === undefined) throw new RequestProblem(404, 'not_found', 'There is no such provider.');
    if (request.method === 'GET' && path === 'models') {
      const data = provider.models.map((id) => ({ id, object: 'model', owned_by: provider.name }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
      return;
    }
    if (request.method !== 'POST' || path !== 'chat/completions') {
      throw new RequestProblem(404, 'not_found', 'There is no such address.');
    }
    const body = await readBody(request);
    const attempt = await admit.attemptOf(request.headers['x-session-id']);
    if (caller !== null && attempt.runtimeId !== caller)
      throw new RequestProblem(403, 'unknown_session', 'The remote session is not known.');
    const held = await holdForBudget(meter, attempt.attemptId, response, options.patience ?? patience);
    // It may have waited for long: what ended meanwhile makes no call any more.
    if (held === null) await serve(provider, await admit.attemptOf(request.headers['x-session-id']), body, response);
    else if (held !== 'left') conclude(response, held, undefined);
  }

  /** Null for our own OpenCode; else the runtime elsewhere that calls, which may speak for its own attempts alone. */
  async function authenticate(request: IncomingMessage): Promise<string | null> {
    const given = request.headers.authorization ?? '';
    const elsewhere = /^Bearer (oig_[A-Za-z0-9_-]{40,})$/.exec(given)?.[1];
    if (elsewhere !== undefined) {
      const hash = createHash('sha256').update(elsewhere).digest('hex');
      const runtimeId = (await options.registry.runtimeOfToken?.(hash)) ?? null;
      if (runtimeId !== null) return runtimeId;
      throw new RequestProblem(401, 'unauthenticated', 'The token is not valid.');
    }
    // A surviving OpenCode may call before the supervisor has read its token: a final refusal would end its runs.
    if (token === '') throw new Error('The token of the runtime is not known yet.');
    const expected = Buffer.from(`Bearer ${token}`);
    const said = Buffer.from(given);
    if (said.length !== expected.length || !timingSafeEqual(said, expected)) {
      throw new RequestProblem(401, 'unauthenticated', 'The token is not valid.');
    }
    return null;
  }

  async function serve(
    provider: Provider,
    attempt: GatewayAttempt,
    body: Readonly<Record<string, unknown>>,
    response: ServerResponse,
  ): Promise<void> {
    const startedAt = Date.now();
    const model = typeof body.model === 'string' ? body.model : '';
    const call: OpenCall = { attemptId: attempt.attemptId, abort: new AbortController() };
    open.add(call);
    response.once('close', () => call.abort.abort());
    let outcome: CallOutcome;
    try {
      const waiting = breakers.refusal(provider.name, new Date());
      if (waiting !== null) {
        outcome = { status: 503, usage: unreported(false), failure: waiting };
      } else {
        outcome = await provider.answer({ attempt, model, body, response, signal: call.abort.signal });
        if (provider.counted) breakers.record(provider.name, outcome);
        else breakers.park(provider.name, outcome.failure);
      }
    } finally {
      open.delete(call);
    }
    const cutOff = cuts.get(attempt.attemptId);
    await record(provider, attempt, model, outcome, startedAt);
    conclude(response, outcome.failure, cutOff);
  }

  // Recorded before the answer ends: whoever sees the run finished finds all of its usage.
  async function record(
    provider: Provider,
    attempt: GatewayAttempt,
    model: string,
    outcome: CallOutcome,
    startedAt: number,
  ): Promise<void> {
    const { attemptId, sessionId, teamId } = attempt;
    const { failure, status } = outcome;
    const usage = outcome.usage ?? unreported(true);
    const latencyMs = Date.now() - startedAt;
    if (failure !== null) {
      log.warn(
        { attemptId, provider: provider.name, status, class: failure.class, reason: failure.message },
        'A model call failed',
      );
    }
    try {
      await meter.recordCall({
        ...usage,
        attemptId,
        sessionId,
        teamId,
        provider: provider.name,
        model,
        latencyMs,
        status,
        errorClass: failure?.class ?? null,
      });
    } catch (error) {
      // The run goes on: an unmetered call is better than a lost one.
      log.error({ attemptId, error: String(error) }, 'A model call could not be recorded');
    }
  }

  return {
    async start() {
      listeningOn = await listenOnKeptPort(server, options.dataDir);
    },
    async stop() {
      for (const call of open) call.abort.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
    port: () => listeningOn,
    models: () => [
      // So large that no scripted usage makes OpenCode compact the conversation the script is in.
      { provider: 'rehearsal', model: 'scripted', name: 'Rehearsal', contextTokens: 100_000_000, outputTokens: 8192 },
      ...(config.model
        ? [
            {
              provider: 'default',
              model: config.model.name,
              name: config.model.name,
              contextTokens: 128_000,
              outputTokens: 8192,
            },
          ]
        : []),
    ],
    defaultModel: () => (config.model ? `default/${config.model.name}` : 'rehearsal/scripted'),
    acceptToken(next) {
      token = next;
    },
    fromElsewhere(request, response) {
      const tools = request.url?.startsWith('/tools/') ?? false;
      if (tools || request.headers.authorization?.startsWith('Bearer oig_')) return answer(request, response);
      sendError(response, new RequestProblem(401, 'unauthenticated', 'The token is not valid.'));
    },
    setParentLookup: admit.setParentLookup,
    cut(attemptId, reason) {
      cuts.set(attemptId, reason);
      for (const call of open) if (call.attemptId === attemptId) call.abort.abort();
    },
    prices(model) {
      const rehearses = (model ?? (config.model ? 'default/' : 'rehearsal/')).startsWith('rehearsal/');
      if (rehearses) return { input: 0, output: 0 };
      return { input: config.model?.inputPrice ?? null, output: config.model?.outputPrice ?? null };
    },
    health: () => breakers.health(mainProvider, new Date()),
  };
}

function conclude(response: ServerResponse, failure: CallFailure | null, cutOff: string | undefined): void {
  if (response.destroyed || response.writableEnded) return;
  if (cutOff !== undefined) {
    failure = { class: 'refused', status: 403, message: cutOff, retryAt: null };
  }
  if (failure === null) response.end();
  else if (response.headersSent) response.destroy();
  else {
    const reply = replyTo(failure, new Date());
    response.writeHead(reply.status, reply.headers).end(reply.body);
  }
}
