import { statfsSync } from 'node:fs';

/**
 * PGlite's log grows by pieces of 16 MB. One that does not fit leaves it spinning inside a commit for ever, with the
 * whole process, so it must never be asked to write with less than this.
 */
const neededBytes = 32 * 2 ** 20;
const everyMs = 50;

export function fullSentence(dataDir: string): string {
  return `The disk that holds ${dataDir} is full: free some space, then start again; nothing acknowledged is lost.`;
}

export function hasSpace(dataDir: string): boolean {
  const { bavail, bsize } = statfsSync(dataDir);
  return bavail * bsize >= neededBytes;
}

/** To be called before each statement: throws, and says it once, when the disk is full. */
export function spaceGuard(dataDir: string, onFull: (sentence: string) => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let told = false;
  return () => {
    const now = performance.now();
    if (now - last < everyMs) return;
    if (hasSpace(dataDir)) {
      last = now;
      return;
    }
    const sentence = fullSentence(dataDir);
    if (!told) onFull(sentence);
    told = true;
    // disk_full, as the server itself would name it.
    throw Object.assign(new Error(sentence), { code: '53100' });
  };
}
