import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { OpenCodeHome } from './opencode-home.ts';

const recorded = z.object({
  pid: z.number().int(),
  startTime: z.string(),
  port: z.number().int(),
  password: z.string(),
  token: z.string(),
  gatewayPort: z.number().int(),
  version: z.string(),
  startedAt: z.string(),
  marker: z.string(),
  /** Fingerprint of the configuration it was started with: another one means another process. */
  configuration: z.string(),
  watchdog: z.object({ pid: z.number().int(), startTime: z.string() }).nullable(),
});

/** What is written down about the running OpenCode, so that a restarted app finds exactly that process again. */
export type RecordedProcess = z.infer<typeof recorded>;

/** The record of the last started process; null when there is none or it is not readable as one. */
export async function readState(home: OpenCodeHome): Promise<RecordedProcess | null> {
  const text = await readFile(home.stateFile, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return recorded.parse(JSON.parse(text));
  } catch {
    // A torn record is treated like none: whatever it described is found by its marker instead.
    return null;
  }
}

/** Replaces the record in one step; it holds the server's password, so only the owner may read it. */
export async function writeState(home: OpenCodeHome, state: RecordedProcess): Promise<void> {
  await mkdir(dirname(home.stateFile), { recursive: true, mode: 0o700 });
  const draft = `${home.stateFile}.${process.pid}`;
  await writeFile(draft, JSON.stringify(state), { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, home.stateFile);
}

export async function clearState(home: OpenCodeHome): Promise<void> {
  await rm(home.stateFile, { force: true });
}

/** The id all markers of this data directory begin with; written before the first process is started. */
export async function instanceId(home: OpenCodeHome): Promise<string> {
  const known = await readFile(home.instanceFile, 'utf8').catch(() => '');
  if (/^[0-9a-f]{24}$/.test(known)) return known;
  const fresh = randomBytes(12).toString('hex');
  await mkdir(dirname(home.instanceFile), { recursive: true, mode: 0o700 });
  await writeFile(home.instanceFile, fresh, { mode: 0o600 });
  return fresh;
}
