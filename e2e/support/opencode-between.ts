import { chmod, copyFile, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What stands between the app and OpenCode does to its events or answers; see opencode-between.mjs. */
export interface BetweenFault {
  readonly events?: 'drop' | 'half-open' | 'mute' | 'twice-and-swapped';
  /** Answers with this status instead, to requests whose path holds `path`, so often. */
  readonly answer?: number;
  readonly path?: string;
  readonly times?: number;
}

export interface Between {
  /** For OPENCODE_BIN. */
  readonly program: string;
  /** From now on; null for none. */
  fault(fault: BetweenFault | null): Promise<void>;
  /** What it did so far, a line each. */
  done(): Promise<string[]>;
}

/** Makes a program that is the real OpenCode with somebody on the line. */
export async function standBetween(folder: string): Promise<Between> {
  const manifest = createRequire(import.meta.url).resolve(`opencode-linux-${process.arch}/package.json`);
  const program = join(folder, 'opencode');
  const script = join(folder, 'between.mjs');
  await copyFile(join(import.meta.dirname, 'opencode-between.mjs'), script);
  await writeFile(join(folder, 'real'), join(dirname(manifest), 'bin/opencode'));
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${script}' "$@"\n`);
  await chmod(program, 0o755);
  return {
    program,
    async fault(fault) {
      if (fault === null) await rm(join(folder, 'fault.json'), { force: true });
      else await writeFile(join(folder, 'fault.json'), JSON.stringify(fault));
    },
    async done() {
      const text = await readFile(join(folder, 'done.log'), 'utf8').catch(() => '');
      return text.split('\n').filter(Boolean);
    },
  };
}
