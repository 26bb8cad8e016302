import { expect, test } from 'vitest';
import { createRedaction, redacted } from './redaction.ts';

const redact = createRedaction(new Set(['a-known-secret', 'short']));

test.each([
  ['it said a-known-secret twice: a-known-secret', 'it said [redacted] twice: [redacted]'],
  ['curl -H "Authorization: Bearer abcdefghijklmnopqrstuvwx"', 'curl -H "Authorization: Bearer [redacted]"'],
  ['postgres://app:hunter2@db/x', 'postgres://app:[redacted]@db/x'],
  ['key sk-abcdefghijklmnopqrstuvwx.', 'key [redacted].'],
  [`token ghp_${'a'.repeat(36)}`, 'token [redacted]'],
  ['aws_secret_access_key = canary/CANARY+canary/CANARY+canaryCANARY', 'aws_secret_access_key = [redacted]'],
  ['NPM_TOKEN=abcdefghijklmnop1234 npm publish', 'NPM_TOKEN=[redacted] npm publish'],
  [`sk_live_${'a'.repeat(24)}`, '[redacted]'],
  ['authorization: bearer abcdefghijklmnopqrstuvwx', 'authorization: bearer [redacted]'],
  [`jwt eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.${'s'.repeat(20)}`, 'jwt [redacted]'],
  ...['oio', 'oioe', 'oios', 'oig', 'whsec'].map((ours) => [`our ${ours}_${'Ab3_-x'.repeat(6)}`, 'our [redacted]']),
  ['-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\nrest', '[redacted]\nrest'],
])('%s is written without its secret', (text, clean) => {
  expect(redact(text)).toBe(clean);
});

test.each([
  'short words stay',
  'http://localhost:4400/sessions',
  'the bearer of bad news',
  'risk-averse-people-who-write-long-words',
  'git@github.com:owner/repository.git',
  'const ACCESS_TOKEN=readTheToken(environment)',
  'MAX_TOKENS=4096',
  'TOKEN_LIMIT: 1000',
])('%s stays as it is', (text) => {
  expect(redact(text)).toBe(text);
});

test('values are redacted at any depth, keys and dates are not', () => {
  const at = new Date(0);
  expect(redacted({ 'a-known-secret': ['a-known-secret', { at, n: 1, none: null }] }, redact)).toEqual({
    'a-known-secret': ['[redacted]', { at, n: 1, none: null }],
  });
});
