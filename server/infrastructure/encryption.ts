import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Encryption } from '../application/ports.ts';
import { DomainError } from '../domain/errors.ts';

const algorithm = 'aes-256-gcm';
export const keyBytes = 32;

/** What a key is called in the database and in each sealed text: nothing about the key can be read from it. */
export function keyIdOf(key: Uint8Array): string {
  return createHmac('sha256', key).update('orchestrator key id').digest('hex').slice(0, 16);
}

/** AES-256-GCM with the key's id in front, bound to its place: `k1.<key id>.<nonce>.<tag>.<text>`. */
export function createEncryption(current: Uint8Array, previous: readonly Uint8Array[] = []): Encryption {
  const keys = new Map([current, ...previous].map((key) => [keyIdOf(key), key]));
  const keyId = keyIdOf(current);

  return {
    keyId,

    seal(plain, place) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv(algorithm, current, nonce).setAAD(Buffer.from(place));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return ['k1', keyId, ...[nonce, cipher.getAuthTag(), text].map((part) => part.toString('base64url'))].join('.');
    },

    open(sealed, place) {
      const [scheme, id = '', ...parts] = sealed.split('.');
      const [nonce, tag, text] = parts.map((part) => Buffer.from(part, 'base64url'));
      if (scheme !== 'k1' || !nonce || !tag || !text)
        throw new DomainError('INTERNAL', `What is kept at ${place} was not sealed by this program.`);
      const key = keys.get(id);
      if (key === undefined)
        throw new DomainError('UNAVAILABLE', `What is kept at ${place} was sealed with another key (${id}).`);
      try {
        const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: 16 })
          .setAAD(Buffer.from(place))
          .setAuthTag(tag);
        return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
      } catch (cause) {
        const error = new DomainError('INTERNAL', `What is kept at ${place} was changed, or belongs elsewhere.`);
        error.cause = cause;
        throw error;
      }
    },
  };
}
