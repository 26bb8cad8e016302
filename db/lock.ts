import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, told apart from a later one with the same number by its start time (null where /proc is missing). */
export interface LockOwner {
  pid: number;
  startTime: string | null;
}

export interface FileLock {
  release(): void;
}

/**
 * Takes the lock file `path` for this process, or throws an error that names the living owner's process number.
 * A lock whose owner is dead is moved aside. `patienceMs` waits that long for an owner that is just leaving.
 */
export async function acquireLock(path: string, what: string, patienceMs = 0): Promise<FileLock> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const owner = tryLock(path);
    if (owner === null) {
      // A starter that is moving a stale file aside may have caught ours for a moment: believe it when it stays.
      await sleep(20);
      if (readOwner(path)?.pid === process.pid) return { release: () => release(path) };
      continue;
    }
    if (Date.now() >= deadline) {
      throw new Error(
        `${what} is in use by process ${owner.pid}: stop that process first, or give this one another DATA_DIR.`,
      );
    }
    await sleep(100);
  }
}

/** null when the lock is ours now, otherwise its living owner. */
function tryLock(path: string): LockOwner | null {
  // link() is atomic where writing is not: the file appears under its name complete, or not at all.
  const draft = `${path}.${randomUUID()}`;
  const me: LockOwner = { pid: process.pid, startTime: lookAt(process.pid)?.startTime ?? null };
  writeFileSync(draft, JSON.stringify(me), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(draft, path);
        return null;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const owner = readOwner(path);
      if (owner !== null && isAlive(owner)) return owner;
      moveAside(path);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes a dead owner's file away, unless another starter was faster and the file is already a new owner's. */
function moveAside(path: string): void {
  const aside = `${path}.stale.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readOwner(aside);
  if (moved !== null && isAlive(moved)) {
    // Between our look and our rename a living owner came in: put its file back.
    try {
      linkSync(aside, path);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
  rmSync(aside, { force: true });
}

function release(path: string): void {
  if (readOwner(path)?.pid === process.pid) unlinkSync(path);
}

function readOwner(path: string): LockOwner | null {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || !('pid' in parsed) || typeof parsed.pid !== 'number')
      return null;
    const startTime = 'startTime' in parsed && typeof parsed.startTime === 'string' ? parsed.startTime : null;
    return { pid: parsed.pid, startTime };
  } catch (error) {
    // Gone meanwhile, or not a lock of ours: nobody to name.
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A killed process may stay as a zombie that still answers signals: it counts as dead. */
function isAlive(owner: LockOwner): boolean {
  const seen = lookAt(owner.pid);
  if (seen === null) return lookAt(process.pid) === null && answersSignals(owner.pid);
  if (seen.state === 'Z' || seen.state === 'X') return false;
  return owner.startTime === null || owner.startTime === seen.startTime;
}

/** State and start time (field 22) of a process from /proc; null when it is gone or this system has no /proc. */
function lookAt(pid: number): { state: string; startTime: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name (field 2) may hold blanks and brackets: count from its last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return null;
    throw error;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
