import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const recordSchema = z.object({
  attemptId: z.string(),
  /** The repository's own folder of this worktree (`<repository>/worktrees/<attempt>`). */
  gitDir: z.string(),
  repository: z.string(),
  commit: z.string(),
});

/**
 * What we know of a worktree, kept beside it. An agent may do anything to the `.git` file inside; we never read that
 * one, so no command of ours can be led into another repository.
 */
export type WorktreeRecord = z.infer<typeof recordSchema>;

export const recordPath = (worktree: string) => `${worktree}.json`;

/** The record of a worktree that was handed out, or null. */
export async function readRecord(worktree: string): Promise<WorktreeRecord | null> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(recordPath(worktree), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Written whole or not at all, and only after the worktree is complete. */
export async function writeRecord(worktree: string, record: WorktreeRecord): Promise<void> {
  const path = recordPath(worktree);
  const fresh = `${path}.${randomUUID()}`;
  await writeFile(fresh, JSON.stringify(record), { mode: 0o600, flush: true });
  await rename(fresh, path);
}
