import { inflateSync } from 'node:zlib';

/** What the binary parts of one agent's patches may unpack to in git's memory. */
export const mostUnpacked = 32 * 1024 * 1024;
/** Git's alphabet of base85 (base85.c): four bytes in five characters. */
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~';
const values = new Map([...alphabet].map((character, value) => [character, value]));

/**
 * Bytes that git would unpack a patch to before it judges anything: what each `literal` and `delta` says of itself, and what
 * each delta says it builds, since seven bytes of one can copy a whole file. Text parts are as large as they look. Counts
 * lines that only look like a binary part too; Infinity for a part whose beginning cannot be read.
 */
export function unpackedSize(patch: string): number {
  if (!patch.includes('GIT binary patch')) return 0;
  const lines = patch.split('\n');
  let size = 0;
  for (const [place, line] of lines.entries()) {
    const part = /^(literal|delta) (\d{1,20})\s*$/.exec(line);
    if (part === null) continue;
    const bytes = Number(part[2]);
    size += bytes;
    // More than is taken already: nothing is unpacked here that git may not unpack.
    if (size > mostUnpacked) return size;
    const end = lines.indexOf('', place);
    if (part[1] === 'delta') size += builtBy(lines.slice(place + 1, end < 0 ? lines.length : end), bytes);
  }
  return size;
}

/** The size of what a delta builds: the second number it begins with. */
function builtBy(lines: readonly string[], bytes: number): number {
  try {
    const delta = inflateSync(Buffer.concat(lines.map(decoded)), { maxOutputLength: Math.max(1, bytes) });
    const [, from] = sizeAt(delta, 0);
    return sizeAt(delta, from)[0];
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** A line of git's base85: a letter for the number of bytes, then their characters. */
function decoded(line: string): Buffer {
  const first = line.charCodeAt(0);
  const length = first >= 97 ? first - 97 + 27 : first - 65 + 1;
  const bytes = Buffer.alloc(Math.ceil(length / 4) * 4);
  for (let at = 0; at * 4 < length; at += 1) {
    let word = 0;
    for (const character of line.slice(1 + at * 5, 6 + at * 5)) {
      const value = values.get(character);
      if (value === undefined) throw new RangeError('Not base85');
      word = word * 85 + value;
    }
    bytes.writeUInt32BE(word, at * 4);
  }
  return bytes.subarray(0, length);
}

/** Seven bits a byte, the least first, while the eighth is set (pack format); the number and where it ends. */
function sizeAt(bytes: Buffer, start: number): [size: number, end: number] {
  let size = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    size += (byte & 0x7f) * 2 ** (7 * (at - start));
    if ((byte & 0x80) === 0) return [size, at + 1];
  }
  throw new RangeError('The size has no end');
}
