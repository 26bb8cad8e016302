/** THE COMPOSITION ROOT: configuration, database, engine, HTTP, sockets, shutdown. One sentence when it cannot start. */
import { AsyncResource } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { openDatabase } from '../db/client.ts';
import type { Tx } from './application/store-port.ts';
import { type Config, configuredSecrets, loadConfig } from './config.ts';
import { errorCodeOf } from './domain/errors.ts';
import type { TimelineEvent } from './domain/events.ts';
import { createEngine, type Engine } from './engine.ts';
import { openAdminSocket } from './infrastructure/admin-socket.ts';
import { backUp } from './infrastructure/backup/backup.ts';
import { nextInstance, openDataDirectory } from './infrastructure/data-directory.ts';
import { findOpenCode } from './infrastructure/runtimes/opencode-binary.ts';
import { createLogger, type Logger } from './log.ts';
import { createStopping } from './stopping.ts';
import { createWeb, type Web } from './web.ts';

if (existsSync('.env')) process.loadEnvFile('.env');

/** A stop takes at most this long before the process ends anyway (engine.md 6.2). */
const stopSeconds = 15;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const secrets = configuredSecrets(config);
  const log = createLogger({
    level: config.logLevel,
    pretty: config.env === 'development' && process.stdout.isTTY === true,
    secrets,
  });
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };

  openDataDirectory(config.dataDir);
  // A program somebody named must be the right one; without a name the app starts, and the runtime says what it lacks.
  if (config.opencodeBin !== null) await findOpenCode(config.opencodeBin);
  const development = config.env === 'development';
  const database = await openDatabase({
    databaseUrl: config.databaseUrl ?? undefined,
    dataDir: config.dataDir,
    log,
    lockPatienceMs: development ? 5000 : undefined,
    instance: { shared: config.redisUrl !== null, patienceMs: development ? 5000 : undefined, onRival: endWith },
    onFull: endWith,
  });
  const setupCode = randomBytes(9).toString('base64url');
  let web: Web | undefined;
  const recheck = (userId: string) =>
    void web?.realtime
      .recheck(userId)
      .catch((error: unknown) => log.error({ err: error }, 'Judging open connections again failed'));
  const engine = await createEngine({
    config,
    log,
    database,
    version,
    instance: { ...nextInstance(config.dataDir), url: addressOf(config, config.port) },
    setupCode,
    secrets,
    output: (delta) => web?.realtime.output(delta),
    recheck,
  });
  if (config.admin) await setUpUnattended(engine, config.admin);
  web = await createWeb({ config, log, engine, version });
  const { realtime } = web;
  engine.coordinator.listen({
    events: realtime.publish,
    positions: realtime.announce,
    output: realtime.output,
    nudge: engine.nudge,
    presence: realtime.presence,
    recheck,
  });
  await listen(web, config);
  const admin = await openAdminSocket({
    services: { ...engine.services, backup: (file) => backUp({ database, dataDir: config.dataDir, version }, file) },
    path: join(config.dataDir, 'admin.sock'),
    log,
  });
  // Bound here, outside of every transaction: what is told may make its hearer look into the database.
  const tell = AsyncResource.bind((events: readonly TimelineEvent[]) => {
    realtime.publish(events);
    engine.coordinator.publish(events);
  });
  await engine.start(() => deliver(engine, tell));
  await announce(engine, web, config, setupCode);

  let leaving = false;
  const leave = (why: string, code: number) => {
    if (leaving) return;
    leaving = true;
    log.info({ why }, 'Stopping');
    const stopping = createStopping(log);
    const { part, waitsFor } = stopping;
    const late = () => `The stop took longer than ${stopSeconds} s; it still waited for ${waitsFor().join(' and ')}.`;
    setTimeout(() => endWith(`${late()} The next start recovers.`), stopSeconds * 1000).unref();
    const stop = async () => {
      await part('local administration', () => admin.close());
      await part('requests of browsers and programs', async () => web?.close());
      await engine.stop(stopping);
      await part('the database', () => database.close());
    };
    stop().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ err: error }, 'The stop was not clean; the next start recovers');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => leave('SIGTERM', 0));
  process.on('SIGINT', () => leave('SIGINT', 0));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'Nobody handled a failure'));
  process.on('uncaughtException', (error) => endOn(error, log));
}

async function setUpUnattended({ services }: Engine, admin: NonNullable<Config['admin']>): Promise<void> {
  try {
    await services.auth.setupUnattended(admin);
  } catch (error) {
    // The form's words, beside the name that stands in the environment.
    if (errorCodeOf(error) !== 'INVALID' || !(error instanceof Error)) throw error;
    throw new Error(error.message.replace(/^(email|password):/, (_, field: string) => `ADMIN_${field.toUpperCase()}:`));
  }
}

/**
 * Committed events to the watchers here and on other instances and to webhooks, oldest first, and only then out of the
 * outbox. Where several may take them each is held by one until it is out.
 */
async function deliver(engine: Engine, tell: (events: readonly TimelineEvent[]) => void): Promise<void> {
  const { store, counters } = engine;
  async function some(tx: Tx | null): Promise<number> {
    const { outbox } = tx ?? store;
    const { ids, events } = await outbox.take(500);
    if (ids.length === 0) return 0;
    tell(events);
    await engine.fanOut(events, tx);
    await outbox.done(ids);
    return ids.length;
  }
  while ((await (counters === null ? some(null) : store.transaction(some))) > 0);
}

async function listen(web: Web, config: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    web.server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(whyDeaf(error, config))));
    web.server.listen(config.port, config.host, resolve);
  });
}

function whyDeaf({ code, message }: NodeJS.ErrnoException, { host, port }: Config): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} on ${host} is in use; stop the other program or set PORT to another one.`;
  if (code === 'EACCES') return `Port ${port} on ${host} is not open to this user; set PORT to one from 1024 upwards.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return `HOST=${host} is no address of this machine; set HOST to one that is, such as 127.0.0.1.`;
  return `Nothing can listen at port ${port} on ${host} (${message}); set HOST and PORT to others.`;
}

async function announce(engine: Engine, web: Web, config: Config, setupCode: string): Promise<void> {
  const { port } = web.server.address() as AddressInfo;
  const url = config.publicUrl ?? addressOf(config, port);
  const lines = [`The control room is open at ${url}`];
  if (await engine.services.auth.needsSetup())
    lines.push(`First run: create the first team and admin at ${url}/setup`, `One-time setup code: ${setupCode}`);
  if (engine.services.system.rehearsal)
    lines.push(
      'Model: REHEARSAL (a script, no intelligence); set MODEL_BASE_URL, MODEL_API_KEY and MODEL_NAME for a real one.',
    );
  process.stdout.write(`\n  ${lines.join('\n  ')}\n\n`);
}

function addressOf({ host }: Config, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** At once, as a kill would: an orderly end would write, and there is nowhere to write to. The next start recovers. */
function endWith(sentence: string): never {
  writeSync(process.stderr.fd, `${sentence}\n`);
  process.exit(1);
}

function endOn(error: unknown, log: Logger): void {
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
    endWith('The disk is full: free some space, then start again; nothing acknowledged is lost.');
  log.fatal({ err: error }, 'An unexpected failure ended the process; the next start recovers');
  process.exit(1);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
