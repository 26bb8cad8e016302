import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Pack, pack } from 'tar-stream';
import { type Manifest, manifestSchema } from './manifest.ts';

const manifestName = 'manifest.json';
const sumName = 'manifest.sha256';

export interface ArchiveWriter {
  /** A part whose whole content is in memory. */
  bytes(path: string, content: Uint8Array): Promise<void>;
  /** A file of the disk that does not change meanwhile. */
  file(path: string, from: string): Promise<void>;
  /** What was written so far, each with its checksum. */
  readonly parts: Manifest['parts'];
}

/**
 * Writes a backup: a plain tar, each part with its SHA-256 in the manifest, and the manifest's own beside it. The file
 * appears under its name when it is whole and on the disk. Answers its size and SHA-256.
 */
export async function writeArchive(
  file: string,
  fill: (archive: ArchiveWriter) => Promise<Omit<Manifest, 'parts'>>,
): Promise<{ bytes: number; sha256: string; manifest: Manifest }> {
  const draft = `${file}.part`;
  const tar = pack();
  const whole = createHash('sha256');
  const written = pipeline(
    hashing(whole)(tar as AsyncIterable<Buffer>),
    createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true }),
  );
  // Judged where it is awaited; a disk that is full must not end the process before.
  written.catch((error: Error) => tar.destroy(error));
  try {
    const parts: { path: string; bytes: number; sha256: string }[] = [];
    const add = async (path: string, bytes: number, from: Readable) => {
      const hash = createHash('sha256');
      await entry(tar, path, bytes, from, hash);
      parts.push({ path, bytes, sha256: hash.digest('hex') });
    };
    const bytes = (path: string, content: Uint8Array) => add(path, content.length, Readable.from([content]));
    const copy = async (path: string, from: string) => add(path, (await stat(from)).size, createReadStream(from));
    const manifest: Manifest = { ...(await fill({ bytes, file: copy, parts })), parts: [...parts] };
    const spelled = `${JSON.stringify(manifest, null, 2)}\n`;
    await bytes(manifestName, Buffer.from(spelled));
    const sum = createHash('sha256').update(spelled).digest('hex');
    await bytes(sumName, Buffer.from(`${sum}  ${manifestName}\n`));
    tar.finalize();
    await written;
    await rename(draft, file);
    await flush(dirname(file));
    return { bytes: (await stat(file)).size, sha256: whole.digest('hex'), manifest };
  } catch (error) {
    tar.destroy();
    await written.catch(() => undefined);
    // Of another backup that is being written to the same place: not ours to remove.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) await rm(draft, { force: true });
    throw error;
  }
}

async function entry(tar: Pack, path: string, bytes: number, from: Readable, hash: Hash): Promise<void> {
  const sink = tar.entry({ name: path, size: bytes, mode: 0o600, mtime: new Date(0) });
  await pipeline(from, hashing(hash), sink);
}

/** Passes everything on, and hears it. */
const hashing = (hash: Hash) =>
  async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      hash.update(piece);
      yield piece;
    }
  };

async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Reads every part once, in the order of the file; what `take` leaves of a part is passed over. */
export async function readArchive(
  file: string,
  take: (path: string, bytes: number, content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const tar = extract();
  const reading = pipeline(createReadStream(file), tar);
  // Awaited below, after the parts; the loop sees the same failure first.
  reading.catch(() => undefined);
  try {
    for await (const part of tar) {
      await take(part.header.name, part.header.size ?? 0, part as AsyncIterable<Buffer>);
      part.resume();
    }
    await reading;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (/tar header|unexpected end|Invalid|checksum|premature/i.test(reason))
      throw new Error(`${file} is damaged or no backup (${reason}): nothing was restored.`, { cause: error });
    throw error;
  }
}

/**
 * Reads the whole file and compares every part with its checksum. Throws an error that names what is missing, was
 * changed, or does not belong.
 */
export async function verifyArchive(file: string): Promise<Manifest> {
  const found = new Map<string, { bytes: number; sha256: string }>();
  const kept = new Map<string, string>();
  await readArchive(file, async (path, bytes, content) => {
    const hash = createHash('sha256');
    const pieces: Buffer[] = [];
    for await (const piece of content) {
      hash.update(piece);
      if (path === manifestName || path === sumName) pieces.push(piece);
    }
    if (found.has(path)) throw new Error(refusal(file, [`${path} is in it twice`]));
    found.set(path, { bytes, sha256: hash.digest('hex') });
    if (pieces.length > 0) kept.set(path, Buffer.concat(pieces).toString('utf8'));
  });
  const text = kept.get(manifestName);
  const sum = kept.get(sumName)?.slice(0, 64);
  if (text === undefined || sum === undefined)
    throw new Error(`${basename(file)} is no backup of this program, or its end is missing: nothing was restored.`);
  if (found.get(manifestName)?.sha256 !== sum) throw new Error(refusal(file, [`${manifestName} was changed`]));
  const manifest = manifestOf(file, text);
  const wrong = manifest.parts.flatMap(({ path, bytes, sha256 }) => {
    const there = found.get(path);
    if (there === undefined) return [`${path} is missing`];
    return there.bytes === bytes && there.sha256 === sha256 ? [] : [`${path} was changed`];
  });
  const listed = new Set([...manifest.parts.map(({ path }) => path), manifestName, sumName]);
  const strange = [...found.keys()].filter((path) => !listed.has(path)).map((path) => `${path} does not belong`);
  if (wrong.length + strange.length > 0) throw new Error(refusal(file, [...wrong, ...strange]));
  return manifest;
}

function manifestOf(file: string, text: string): Manifest {
  const raw: unknown = JSON.parse(text);
  const format: unknown = Reflect.get(Object(raw), 'format');
  if (format !== 1)
    throw new Error(`${basename(file)} has the format ${String(format)}, this program reads 1: use a later version.`);
  return manifestSchema.parse(raw);
}

const refusal = (file: string, what: readonly string[]): string =>
  `${basename(file)} is not as it was written: ${what.slice(0, 5).join('; ')}${what.length > 5 ? `; and ${what.length - 5} more` : ''}. Nothing was restored.`;
