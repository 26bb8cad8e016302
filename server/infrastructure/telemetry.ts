import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { attemptStatuses } from '../domain/attempt.ts';
import { sessionStatuses } from '../domain/session.ts';

export interface TelemetryFigures {
  readonly sessionsByStatus: Readonly<Record<string, number>>;
  readonly attemptsByStatus: Readonly<Record<string, number>>;
  readonly openAsks: number;
  readonly events: number;
  readonly outbox: number;
  readonly tokens: number;
  readonly modelCalls: number;
}

export interface TelemetrySources {
  /** Figures of the installation, read from the database. */
  readonly totals: () => Promise<TelemetryFigures>;
  readonly loops: () => readonly {
    readonly name: string;
    readonly ticks: number;
    readonly failures: number;
    readonly lastTickAt: Date | null;
  }[];
  /** Connected live clients. */
  readonly clients?: () => number;
}

export interface Telemetry {
  readonly contentType: string;
  render(): Promise<string>;
}

/** The figures of `/metrics`, read when they are asked for; a dead database is a figure too, not a failure. */
export function createTelemetry(sources: TelemetrySources): Telemetry {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name: `orchestrator_${name}`, help, labelNames, registers });
  const counter = <L extends string>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `orchestrator_${name}`, help, labelNames, registers });

  const database = gauge('database_up', 'Whether the database answered this scrape.');
  const sessions = gauge('sessions', 'Sessions by status.', ['status']);
  const attempts = gauge('attempts', 'Attempts by status.', ['status']);
  const asks = gauge('open_asks', 'Asks that wait for a person.');
  const events = counter('events_total', 'Events stored.');
  const outbox = gauge('outbox_size', 'Committed events not yet delivered.');
  const tokens = counter('model_tokens_total', 'Tokens metered at the gateway.');
  const calls = counter('gateway_calls_total', 'Model calls metered at the gateway.');
  const ticks = counter('loop_ticks_total', 'Turns of each background loop.', ['loop']);
  const failures = counter('loop_failures_total', 'Turns that failed.', ['loop']);
  const age = gauge('loop_last_tick_age_seconds', 'Seconds since the last turn ended.', ['loop']);
  const clients = gauge('live_clients', 'Connected Socket.IO clients.');

  // A total kept elsewhere: the counter is set to it at each scrape.
  const become = (total: Counter, value: number) => {
    total.reset();
    total.inc(value);
  };

  async function readDatabase(): Promise<void> {
    try {
      const figures = await sources.totals();
      for (const status of sessionStatuses) sessions.set({ status }, figures.sessionsByStatus[status] ?? 0);
      for (const status of attemptStatuses) attempts.set({ status }, figures.attemptsByStatus[status] ?? 0);
      asks.set(figures.openAsks);
      become(events, figures.events);
      outbox.set(figures.outbox);
      become(tokens, figures.tokens);
      become(calls, figures.modelCalls);
      database.set(1);
    } catch {
      // Stale figures would look like live ones.
      for (const metric of [sessions, attempts, asks, outbox]) metric.reset();
      database.set(0);
    }
  }

  function readLoops(): void {
    const now = Date.now();
    ticks.reset();
    failures.reset();
    for (const loop of sources.loops()) {
      ticks.inc({ loop: loop.name }, loop.ticks);
      failures.inc({ loop: loop.name }, loop.failures);
      if (loop.lastTickAt !== null) age.set({ loop: loop.name }, (now - loop.lastTickAt.getTime()) / 1000);
    }
  }

  return {
    contentType: registry.contentType,
    async render() {
      await readDatabase();
      readLoops();
      if (sources.clients) clients.set(sources.clients());
      return registry.metrics();
    },
  };
}
