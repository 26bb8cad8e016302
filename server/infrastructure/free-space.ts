import { statfs } from 'node:fs/promises';

/** Bytes a process without special rights may still write at `path`. */
export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize;
}
