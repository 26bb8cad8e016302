import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { markerVariable } from './end-process.ts';
import { createLeftBehind } from './left-behind.ts';
import { openCodeHome } from './opencode-home.ts';
import { instanceId } from './opencode-state.ts';

const started: ChildProcess[] = [];
const folder = mkdtempSync(join(tmpdir(), 'oio-left-'));

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function sleeper(cwd: string, marker: string | null): ChildProcess {
  const env = { PATH: process.env.PATH ?? '', ...(marker === null ? {} : { [markerVariable]: marker }) };
  const child = spawn('sleep', ['60'], { cwd, env, stdio: 'ignore' });
  started.push(child);
  return child;
}

test('what an agent left running in its worktree is ended, and nothing else', async () => {
  const worktree = join(folder, 'worktree');
  const elsewhere = join(folder, 'worktree-of-another');
  mkdirSync(join(worktree, 'src'), { recursive: true });
  mkdirSync(elsewhere);
  const instance = await instanceId(openCodeHome(folder));
  const left = sleeper(join(worktree, 'src'), `${instance}.1`);
  sleeper(elsewhere, `${instance}.1`);
  sleeper(worktree, null);
  sleeper(worktree, 'another-installation.1');

  expect(await createLeftBehind(folder)(worktree)).toBe(1);
  if (left.signalCode === null) await once(left, 'exit');
  expect(started.map((child) => child.exitCode ?? child.signalCode)).toEqual(['SIGTERM', null, null, null]);
});
