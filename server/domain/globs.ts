/** Path globs as tasks announce them: `*`, `?`, `**`, braces and classes; whether two can name the same path. */

/** One character of a pattern: itself, any one, or any number. Classes count as any one: rather a wait too many. */
type Piece = { readonly kind: 'char'; readonly char: string } | { readonly kind: 'any' } | { readonly kind: 'many' };
/** Null stands for `**`: any number of segments. */
type Segment = readonly Piece[] | null;
export type Glob = readonly Segment[];

/** More alternatives than this are not spelled out: such a glob counts as naming everything. */
const maxAlternatives = 64;

/** What a glob stands for, one pattern per alternative of its braces. */
export function parseGlob(glob: string): Glob[] {
  const plain = glob.trim().replace(/^(\.?\/)+/, '');
  const alternatives = expandBraces(plain);
  return alternatives === null ? [[null]] : alternatives.map((one) => folderToo(one.split('/').filter(Boolean)));
}

/** A path as a pattern that names it alone. */
export function literalPath(path: string): Glob {
  return path.split('/').filter(Boolean).map(literal);
}

/** Whether some path is named by both. */
export function overlap(a: Glob, b: Glob): boolean {
  return meet(
    a,
    b,
    (one) => one === null,
    (one, other) => one === null || other === null || segmentsMeet(one, other),
  );
}

function segmentsMeet(a: readonly Piece[], b: readonly Piece[]): boolean {
  return meet(
    a,
    b,
    (one) => one.kind === 'many',
    (one, other) => one.kind !== 'char' || other.kind !== 'char' || one.char === other.char,
  );
}

/**
 * Whether two sequences of patterns have a common meaning, `repeats` standing for any number of items. The same question
 * for segments of a path and for characters of a segment; each pair of places is looked at once.
 */
function meet<T>(
  a: readonly T[],
  b: readonly T[],
  repeats: (one: T) => boolean,
  same: (one: T, other: T) => boolean,
): boolean {
  const width = b.length + 1;
  // 1: reachable. Places only ever grow, so one pass in order sees every way.
  const reached = new Uint8Array((a.length + 1) * width);
  reached[0] = 1;
  for (let i = 0; i <= a.length; i += 1) {
    for (let j = 0; j <= b.length; j += 1) {
      if (reached[i * width + j] !== 1) continue;
      const one = a[i];
      const other = b[j];
      const oneRepeats = one !== undefined && repeats(one);
      const otherRepeats = other !== undefined && repeats(other);
      // A repeating item stands for nothing, or takes the other side's next one and stays.
      if (oneRepeats || (otherRepeats && one !== undefined)) reached[(i + 1) * width + j] = 1;
      if (otherRepeats || (oneRepeats && other !== undefined)) reached[i * width + j + 1] = 1;
      if (one !== undefined && other !== undefined && !oneRepeats && !otherRepeats && same(one, other))
        reached[(i + 1) * width + j + 1] = 1;
    }
  }
  return reached[reached.length - 1] === 1;
}

// `src`, without wildcard or extension, may name a folder: then all below it is meant.
function folderToo(segments: readonly string[]): Glob {
  const parsed = segments.map((segment) => (segment === '**' ? null : piecesOf(segment)));
  const last = parsed.at(-1);
  const plain = last?.every((piece) => piece.kind === 'char' && piece.char !== '.') ?? false;
  return plain ? [...parsed, null] : parsed;
}

const literal = (text: string): Piece[] => [...text].map((char) => ({ kind: 'char', char }));

function piecesOf(segment: string): Piece[] {
  const pieces: Piece[] = [];
  const chars = [...segment];
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] ?? '';
    const close = char === '[' ? chars.indexOf(']', at + 2) : -1;
    if (char === '*') {
      if (pieces.at(-1)?.kind !== 'many') pieces.push({ kind: 'many' });
    } else if (char === '?') pieces.push({ kind: 'any' });
    else if (close !== -1) {
      pieces.push({ kind: 'any' });
      at = close;
    } else if (char === '\\' && at + 1 < chars.length) {
      at += 1;
      pieces.push({ kind: 'char', char: chars[at] ?? '' });
    } else pieces.push({ kind: 'char', char });
  }
  return pieces;
}

/** Every alternative of the braces, inner ones first; null past the bound. `{1..3}` counts as `*`. */
function expandBraces(glob: string): string[] | null {
  let found = [glob];
  for (;;) {
    const place = found.findIndex((one) => innerBraces.test(one));
    if (place === -1) return found;
    const match = innerBraces.exec(found[place] ?? '');
    if (match === null) return found;
    const [whole, body = ''] = match;
    const one = found[place] ?? '';
    const around = (text: string) => one.slice(0, match.index) + text + one.slice(match.index + whole.length);
    // Braces without a comma are a range or plain text: any characters, to be safe.
    const parts = body.includes(',') ? body.split(',') : ['*'];
    found = [...found.slice(0, place), ...parts.map(around), ...found.slice(place + 1)];
    if (found.length > maxAlternatives) return null;
  }
}

const innerBraces = /\{([^{}]*)\}/;
