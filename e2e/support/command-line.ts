import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

const program = resolve(import.meta.dirname, '../../server/client/orchestrator.ts');

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line as a script calls it, with this server, this token and no login of anybody's. */
export function commandLine(url: string, token: string, home: string) {
  const env = { PATH: process.env.PATH ?? '', HOME: home, ORCHESTRATOR_URL: url, ORCHESTRATOR_TOKEN: token };
  return (...words: string[]): Promise<Ran> =>
    new Promise((done) => {
      const child = execFile(process.execPath, [program, ...words], { env, timeout: 120_000 }, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        done({ code, out, err });
      });
      child.stdin?.end();
    });
}
