import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { DomainError } from '../../domain/errors.ts';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** The one minor version whose undocumented habits (ids, seeded lock file, end states) were measured. */
const wanted = /^1\.18\.\d+$/;

export interface OpenCodeBinary {
  path: string;
  version: string;
}

/**
 * Finds the OpenCode program: OPENCODE_BIN, then the platform's npm package, then PATH.
 * Throws UNAVAILABLE with one sentence that names the remedy when there is none, or its version is another.
 */
export async function findOpenCode(opencodeBin: string | null): Promise<OpenCodeBinary> {
  const packaged = opencodeBin === null ? await fromPackage() : null;
  if (packaged !== null && wanted.test(packaged.version)) return packaged;
  const path = opencodeBin ?? packaged?.path ?? (await fromPath());
  if (path === null) {
    throw new DomainError(
      'UNAVAILABLE',
      `OpenCode was not found for ${process.platform}-${process.arch}: install opencode 1.18 and set OPENCODE_BIN to its program file.`,
    );
  }
  const version = await knownVersion(path);
  if (!wanted.test(version)) {
    throw new DomainError(
      'UNAVAILABLE',
      `OpenCode ${version} at ${path} is not supported: set OPENCODE_BIN to a program of version 1.18.`,
    );
  }
  return { path, version };
}

// Asking takes most of a second, and a restart should not wait for the answer of an unchanged file.
const versions = new Map<string, string>();

async function knownVersion(path: string): Promise<string> {
  const file = await stat(path).catch(() => null);
  const key = file === null ? null : `${path}:${file.size}:${file.mtimeMs}`;
  const known = key === null ? undefined : versions.get(key);
  if (known !== undefined) return known;
  const version = await versionOf(path);
  if (key !== null) versions.set(key, version);
  return version;
}

async function versionOf(path: string): Promise<string> {
  // A home of its own: asking for the version must not create files in anybody's.
  const home = await mkdtemp(join(tmpdir(), 'orchestrator-version-'));
  try {
    const { stdout } = await run(path, ['--version'], {
      timeout: 60_000,
      env: { HOME: home, PATH: process.env.PATH ?? '' },
    });
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (cause) {
    throw new DomainError(
      'UNAVAILABLE',
      `OpenCode at ${path} does not start: check OPENCODE_BIN names an executable program of version 1.18.`,
      { cause },
    );
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

// The npm wrapper `opencode-ai` is passed over: it leaves its server behind when it is ended.
// Its package says its version, so the program need not be asked.
async function fromPackage(): Promise<OpenCodeBinary | null> {
  const name = process.platform === 'win32' ? 'opencode.exe' : 'opencode';
  for (const suffix of ['', '-baseline']) {
    const found = resolved(`opencode-${process.platform}-${process.arch}${suffix}/package.json`);
    if (found === null) continue;
    const path = join(dirname(found), 'bin', name);
    if (await executable(path)) return { path, version: packageVersion(found) };
  }
  return null;
}

function packageVersion(manifest: string): string {
  const content: unknown = require(manifest);
  return typeof content === 'object' && content !== null && 'version' in content ? String(content.version) : '';
}

function resolved(id: string): string | null {
  try {
    return require.resolve(id);
  } catch {
    return null;
  }
}

async function fromPath(): Promise<string | null> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'opencode');
    if (folder && (await executable(path))) return path;
  }
  return null;
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** The folder that holds `rg`, which OpenCode's glob and grep need; null leaves them to the system's PATH. */
export function ripgrepFolder(): string | null {
  const name = process.platform === 'win32' ? 'rg.exe' : 'rg';
  const path = resolved(`@vscode/ripgrep-${process.platform}-${process.arch}/bin/${name}`);
  return path === null ? null : dirname(path);
}
