import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Makes the data directory, for this user only; throws one sentence when it cannot be used. */
export function openDataDirectory(dataDir: string): void {
  try {
    makeFolder(dataDir);
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(dataDir, '.writable');
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(
      reason === 'ENOSPC'
        ? `The disk of the data directory ${dataDir} is full; free some space and start again.`
        : `The data directory ${dataDir} is not writable (${reason}); set DATA_DIR to a folder this user may write to.`,
      { cause: error },
    );
  }
}

// Not by `recursive`: where nothing can be made, as under /proc, Node tries for ever.
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** How many former lives of this directory may still hold leases; older ones were taken over by those. */
const rememberedLives = 50;

/**
 * The name this process owns sessions by: the directory's id and the number of this start. Former starts on the same
 * directory are dead, since only one process holds it, so their leases may be taken at once.
 */
export function nextInstance(dataDir: string): { id: string; owner: string; formerOwners: string[] } {
  const file = join(dataDir, 'instance.json');
  let known = { id: randomUUID() as string, starts: 0 };
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'id' in parsed && 'starts' in parsed)
      known = { id: String(parsed.id), starts: Number(parsed.starts) };
  } catch (error) {
    // The first start; anything else (an unreadable file) would hide former leases, so it is told.
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
      throw new Error(`${file} cannot be read; remove it if it is damaged (leases then run out by themselves).`, {
        cause: error,
      });
  }
  const starts = known.starts + 1;
  writeFileSync(`${file}.new`, JSON.stringify({ id: known.id, starts }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
  const formerOwners = Array.from(
    { length: Math.min(rememberedLives, starts - 1) },
    (_, index) => `${known.id}.${starts - 1 - index}`,
  );
  return { id: known.id, owner: `${known.id}.${starts}`, formerOwners };
}
