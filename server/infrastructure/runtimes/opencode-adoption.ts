import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { rename, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Log } from '../../application/ports.ts';
import { endMarked, endProcess, markerVariable } from './end-process.ts';
import type { OpenCodeBinary } from './opencode-binary.ts';
import { type OfferedModel, openCodeConfig } from './opencode-config.ts';
import { type OpenCodeHome, openCodeEnvironment, writeHome } from './opencode-home.ts';
import { addressOf, disposeAll, freePort, healthy, launch } from './opencode-process.ts';
import { clearState, instanceId, type RecordedProcess, readState, writeState } from './opencode-state.ts';
import { tidyRecord } from './opencode-tidy.ts';
import { environmentVariable, identityOf, isRunning, type ProcessIdentity } from './process-table.ts';

/** What the process must have been started with to be the one we need. */
export interface WantedProcess {
  binary: OpenCodeBinary;
  gatewayPort: number;
  models: OfferedModel[];
  defaultModel: string;
  silenceMs: number;
  /** How long OpenCode lives on without any app. */
  watchdogMs: number;
}

export interface Brought {
  process: RecordedProcess;
  adopted: boolean;
  /** Processes an earlier OpenCode had left behind, ended now. */
  orphans: number;
}

/** Takes over the living OpenCode of this data directory, or ends what is left of it and starts a new one. */
export async function bringUp(
  home: OpenCodeHome,
  wanted: WantedProcess,
  log: Log,
  onStarted: (process: ProcessIdentity) => void,
): Promise<Brought> {
  const instance = await instanceId(home);
  const former = await readState(home);
  if (former !== null && (await adoptable(former, wanted, instance, log))) {
    const orphans = await endMarked((marker) => marker.startsWith(`${instance}.`) && marker !== former.marker);
    const watchdog = await watchedBy(former);
    const adopted = watchdog === null ? { ...former, watchdog: await startWatchdog(home, wanted.watchdogMs) } : former;
    if (adopted !== former) await writeState(home, adopted);
    return { process: adopted, adopted: true, orphans };
  }
  // Only what carries this data directory's own marker is ended, whatever the record says.
  const orphans = await endMarked((marker) => marker.startsWith(`${instance}.`));
  // It would notice by itself that its OpenCode is gone, but only at its next look.
  if (former !== null) await endWatchdog(former);
  await clearState(home);
  await tidyRecord(home, log);
  return { process: await startNew(home, wanted, instance, onStarted), adopted: false, orphans };
}

async function adoptable(former: RecordedProcess, wanted: WantedProcess, instance: string, log: Log): Promise<boolean> {
  if (!former.marker.startsWith(`${instance}.`) || !(await isRunning(former))) return false;
  if ((await environmentVariable(former.pid, markerVariable)) !== former.marker) return false;
  if (former.gatewayPort !== wanted.gatewayPort || former.configuration !== fingerprint(wanted)) {
    log.info({ pid: former.pid }, 'The running OpenCode has another configuration and is replaced');
    await disposeAll(addressOf(former));
    await endProcess(former, 3000);
    return false;
  }
  return healthy(addressOf(former), 10_000);
}

async function startNew(
  home: OpenCodeHome,
  wanted: WantedProcess,
  instance: string,
  onStarted: (process: ProcessIdentity) => void,
): Promise<RecordedProcess> {
  const secret = () => randomBytes(24).toString('base64url');
  const marker = `${instance}.${randomBytes(8).toString('hex')}`;
  const password = secret();
  const token = secret();
  const port = await freePort();
  const { version, path } = wanted.binary;
  await writeHome(home, openCodeConfig({ ...wanted, gatewayUrl: loopback(wanted.gatewayPort), token }), version);
  await writeFile(home.heartbeatFile, '');
  await rotate(home.logFile);
  let record: RecordedProcess | null = null;
  await launch(path, home, port, openCodeEnvironment(home, { password, marker }), async (identity) => {
    onStarted(identity);
    const startedAt = new Date().toISOString();
    const configuration = fingerprint(wanted);
    const { gatewayPort } = wanted;
    record = {
      ...identity,
      port,
      password,
      token,
      gatewayPort,
      version,
      startedAt,
      marker,
      configuration,
      watchdog: null,
    };
    await writeState(home, record);
  });
  if (record === null) throw new Error('OpenCode was not started.');
  const started: RecordedProcess = record;
  const ready = await answers(started);
  if (!ready) {
    await endProcess(started, 1000);
    throw new Error('OpenCode listens but does not answer.');
  }
  const watched = { ...started, watchdog: await startWatchdog(home, wanted.watchdogMs) };
  await writeState(home, watched);
  return watched;
}

// The first request may be swallowed while the port opens: several short ones, not one long one.
async function answers(started: RecordedProcess): Promise<boolean> {
  for (let probe = 0; probe < 20; probe += 1) {
    if (await healthy(addressOf(started), 1000)) return true;
    if (!(await isRunning(started))) return false;
  }
  return false;
}

const loopback = (port: number) => `http://127.0.0.1:${port}`;

function fingerprint(wanted: WantedProcess): string {
  const config = openCodeConfig({ ...wanted, gatewayUrl: loopback(wanted.gatewayPort), token: '' });
  return createHash('sha256')
    .update(JSON.stringify([config, wanted.binary]))
    .digest('hex');
}

async function rotate(file: string): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > 20 * 1024 * 1024) await rename(file, `${file}.old`);
}

async function endWatchdog(former: RecordedProcess): Promise<void> {
  const watchdog = await watchedBy(former);
  if (watchdog !== null) await endProcess(watchdog, 1000);
}

async function watchedBy(former: RecordedProcess): Promise<ProcessIdentity | null> {
  return former.watchdog !== null && (await isRunning(former.watchdog)) ? former.watchdog : null;
}

async function startWatchdog(home: OpenCodeHome, watchdogMs: number): Promise<ProcessIdentity | null> {
  const program = fileURLToPath(new URL('./opencode-watchdog.ts', import.meta.url));
  const child = spawn(process.execPath, [program, home.dataDir, String(watchdogMs)], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH ?? '' },
  });
  child.on('error', () => undefined);
  child.unref();
  return child.pid === undefined ? null : identityOf(child.pid);
}
