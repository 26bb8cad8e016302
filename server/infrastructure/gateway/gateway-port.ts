import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const kept = z.object({ port: z.number().int().min(1).max(65_535) });

/**
 * Listens on 127.0.0.1 at the port this data directory used before: a surviving OpenCode goes on calling it.
 * Taken by someone else, another port is chosen and kept, and the supervisor starts OpenCode anew with it.
 */
export async function listenOnKeptPort(server: Server, dataDir: string): Promise<number> {
  const file = join(dataDir, 'runtime', 'gateway.json');
  const before = await keptPort(file);
  const port = (before !== null ? await tryListen(server, before) : null) ?? (await tryListen(server, 0));
  if (port === null) throw new Error('The model gateway found no free port on 127.0.0.1.');
  if (port !== before) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(file, JSON.stringify({ port }));
  }
  return port;
}

async function keptPort(file: string): Promise<number | null> {
  try {
    return kept.parse(JSON.parse(await readFile(file, 'utf8'))).port;
  } catch {
    // The first start, or an unreadable file: any port will do.
    return null;
  }
}

function tryListen(server: Server, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    };
    const onListening = () => {
      server.off('error', onError);
      const address = server.address();
      resolve(address === null || typeof address === 'string' ? null : address.port);
    };
    server.once('error', onError).once('listening', onListening).listen(port, '127.0.0.1');
  });
}
