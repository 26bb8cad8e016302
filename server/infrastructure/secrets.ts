import { argon2, createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Secrets } from '../application/ports.ts';
import { remoteIds, remoteMessageIds } from './remote-ids.ts';

const derive = promisify(argon2);

/** OWASP's argon2id for interactive sign-in: 19 MiB, two passes, one lane. */
const cost = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const;

/** libuv has four threads for everything: hashing takes half of them at most, the rest waits its turn. */
const atOnce = 2;

/** Ids, tokens and password hashes. */
export function createSecrets(): Secrets {
  const inTurn = createTurns(atOnce);
  const hash = async (password: string, salt: Buffer) =>
    inTurn(() => derive('argon2id', { message: Buffer.from(password.normalize('NFKC')), nonce: salt, ...cost }));
  // Checked for unknown users, so that they take the time of known ones.
  const decoy = { salt: randomBytes(16), tag: randomBytes(cost.tagLength) };

  return {
    uuid: randomUUID,
    random: (bytes) => randomBytes(bytes).toString('base64url'),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),

    async hashPassword(password) {
      const salt = randomBytes(16);
      const tag = await hash(password, salt);
      return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${plain(salt)}$${plain(tag)}`;
    },

    async verifyPassword(password, stored) {
      const known = stored === null ? null : parse(stored);
      const { salt, tag } = known ?? decoy;
      const same = timingSafeEqual(await hash(password, salt), tag);
      return same && known !== null;
    },

    isCommonPassword,
    remoteIds,
    remoteMessageIds,
  };
}

/** Base64 without padding, as in the PHC string format. */
function plain(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** Salt and tag of a hash made here; null for anything else, which then fits no password. */
function parse(stored: string): { salt: Buffer; tag: Buffer } | null {
  const [, scheme, version, parameters, salt, tag] = stored.split('$');
  const ours = `m=${cost.memory},t=${cost.passes},p=${cost.parallelism}`;
  if (scheme !== 'argon2id' || version !== 'v=19' || parameters !== ours || !salt || !tag) return null;
  const bytes = Buffer.from(tag, 'base64');
  return bytes.length === cost.tagLength ? { salt: Buffer.from(salt, 'base64'), tag: bytes } : null;
}

let common: ReadonlySet<string> | null = null;

/**
 * Whether a password is one of the most common, or one of them with the usual decoration: digits and signs around it,
 * written several times, a letter swapped for its look-alike, or one short thing over and over.
 */
function isCommonPassword(password: string): boolean {
  common ??= new Set(
    readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter(Boolean),
  );
  const known = common;
  const lower = password.normalize('NFKC').toLowerCase();
  const bare = lower.replace(/[\s._-]/g, '');
  const candidates = [lower, bare, lookAlikes(bare)].flatMap((text) => [text, text.replace(/^[^a-z]+|[^a-z]+$/g, '')]);
  return (
    candidates.some((text) => known.has(text) || known.has(unitOf(text))) ||
    new Set(bare).size < 4 ||
    unitOf(bare).length < 4
  );
}

function lookAlikes(text: string): string {
  const letters: Record<string, string> = {
    '0': 'o',
    '1': 'i',
    '3': 'e',
    '4': 'a',
    '5': 's',
    '7': 't',
    '@': 'a',
    $: 's',
    '!': 'i',
  };
  return text.replace(/[013457@$!]/g, (sign) => letters[sign] ?? sign);
}

/** The shortest text that, written over and over, gives this one. */
function unitOf(text: string): string {
  const again = `${text}${text}`.indexOf(text, 1);
  return text.length > 0 && again < text.length ? text.slice(0, again) : text;
}

/** Runs at most `limit` works at once, first come first served. */
function createTurns(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place is handed on without being given back, so that nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
