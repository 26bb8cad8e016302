/** How one variable of the environment is judged: what is wrong with it, in words that complete `NAME=value is …`. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { groupRolesOf } from './domain/sign-on.ts';

export const list = (value: string) =>
  value
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
export const isHost = (value: string) =>
  isIP(value) !== 0 || /^(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*$/i.test(value);
export const isNetwork = (value: string) => {
  const [address = '', bits = '', ...rest] = value.split('/');
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
};
export const isPostgres = (value: string) => {
  try {
    const address = new URL(value);
    decodeURIComponent(address.password);
    return /^postgres(ql)?:$/.test(address.protocol) && address.hostname !== '';
  } catch {
    return false;
  }
};
export const isRedis = (value: string) => {
  try {
    const address = new URL(value);
    decodeURIComponent(address.username + address.password);
    return /^rediss?:$/.test(address.protocol) && address.hostname !== '' && /^(\/\d*)?$/.test(address.pathname);
  } catch {
    return false;
  }
};
export const isGroupRoles = (value: string) => {
  try {
    return groupRolesOf(value).length > 0;
  } catch {
    return false;
  }
};
export const isProxy = (value: string) =>
  ['loopback', 'linklocal', 'uniquelocal'].includes(value) || isIP(value) !== 0 || isNetwork(value);

// Each message completes the sentence "NAME=value is …": what is wrong, then what to do.
export const seconds = (fallback: number, max = 31_536_000) =>
  z.coerce
    .number('not a number: give whole seconds')
    .int('not a whole number: give whole seconds')
    .min(1, 'below 1: give at least one second')
    .max(max, `above ${max}: give at most ${max} seconds`)
    .default(fallback);
export const price = z.coerce
  .number('not a number: give US dollars per million tokens, or unset it where the price is unknown')
  .min(0, 'negative: give US dollars per million tokens, or unset it where the price is unknown')
  .optional();
export const httpUrl = (example: string) =>
  z.url({ protocol: /^https?$/, error: `not an http or https address: give one such as ${example}` }).optional();
export const decodedKey = (value: string) => Buffer.from(value, /^[0-9a-f]{64}$/i.test(value) ? 'hex' : 'base64');
export const key = z
  .string()
  .refine(
    (value) => decodedKey(value).length === 32 && /^[\w+/=-]+$/.test(value),
    'no key of 32 bytes in base64 or hex: make one with `openssl rand -base64 32`',
  )
  .optional();
export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `not one of the known values: use one of ${values.join(', ')}`);
