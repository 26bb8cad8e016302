import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter } from 'node:path';

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const pathFolders = (): string[] => (process.env.PATH ?? '').split(delimiter).filter(Boolean);

/** A port of this machine nobody listens at right now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('No free port was found on 127.0.0.1.');
  return address.port;
}

/** Ends a server we started, by its pid: softly, and hard when it takes too long. */
export async function endServer(pid: number, soft: NodeJS.Signals): Promise<void> {
  const alive = () => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  for (const [signal, patienceMs] of [
    [soft, 10_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!alive()) return;
    process.kill(pid, signal);
    for (let waited = 0; alive() && waited < patienceMs; waited += 50) await new Promise((r) => setTimeout(r, 50));
  }
}
