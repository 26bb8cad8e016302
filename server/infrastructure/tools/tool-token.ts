import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const keyBytes = 32;

/**
 * Tokens by which a runtime's tools name their attempt: `<attemptId>.<HMAC>`. The key is kept in the data directory, because
 * a surviving OpenCode goes on using the tokens of before. A token says whose call it is, never that it may.
 */
export function createToolTokens(dataDir: string) {
  const key = keptKey(join(dataDir, 'runtime', 'tools.key'));
  const sign = (attemptId: string) => createHmac('sha256', key).update(attemptId).digest('base64url');
  return {
    tokenOf: (attemptId: string): string => `${attemptId}.${sign(attemptId)}`,
    /** The attempt a token was made for; null for anything not made here. */
    attemptOf(token: string): string | null {
      const at = token.lastIndexOf('.');
      const attemptId = token.slice(0, Math.max(0, at));
      const given = Buffer.from(token.slice(at + 1));
      const expected = Buffer.from(sign(attemptId));
      return given.length === expected.length && timingSafeEqual(given, expected) ? attemptId : null;
    },
  };
}

export type ToolTokens = ReturnType<typeof createToolTokens>;

function keptKey(file: string): Buffer {
  try {
    const key = readFileSync(file);
    if (key.length === keyBytes) return key;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const key = randomBytes(keyBytes);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, key, { mode: 0o600 });
  return key;
}
