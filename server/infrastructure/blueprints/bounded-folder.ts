import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid } from '../../domain/errors.ts';

const everyMs = 200;

/**
 * Runs something that fills a folder, and ends it when the folder holds more bytes than that: INVALID on `url`. Looked at
 * five times a second, so what comes within one look may be beyond.
 */
export async function boundedFolder<T>(
  folder: string,
  maxBytes: number,
  fill: (stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let looking = false;
  const timer = setInterval(async () => {
    if (looking || stop.signal.aborted) return;
    looking = true;
    if ((await bytesOf(folder)) > maxBytes) stop.abort();
    looking = false;
  }, everyMs);
  try {
    const result = await fill(stop.signal);
    if ((await bytesOf(folder)) > maxBytes) throw tooLarge(maxBytes);
    return result;
  } catch (error) {
    throw stop.signal.aborted ? tooLarge(maxBytes, error) : error;
  } finally {
    clearInterval(timer);
  }
}

function tooLarge(maxBytes: number, cause?: unknown) {
  const size = `${Math.round(maxBytes / 2 ** 20)} MiB`;
  const message = `The repository is larger than ${size} without its history: import the files from a smaller one, or by https.`;
  const error = invalid([{ path: 'url', message }], message);
  if (cause !== undefined) error.cause = cause;
  return error;
}

/** What goes away while it is looked at counts nothing. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map((entry) =>
      entry.isFile()
        ? stat(join(entry.parentPath, entry.name)).then(
            ({ size }) => size,
            () => 0,
          )
        : 0,
    ),
  );
  return sizes.reduce((total, size) => total + size, 0);
}
