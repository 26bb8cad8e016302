import { expect, test } from 'vitest';
import { createSecrets } from './secrets.ts';

const secrets = createSecrets();

test('a password fits its own hash and no other', async () => {
  const hash = await secrets.hashPassword('an unusual sentence');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(await secrets.verifyPassword('an unusual sentence', hash)).toBe(true);
  expect(await secrets.verifyPassword('an unusual sentencE', hash)).toBe(false);
  expect(await secrets.hashPassword('an unusual sentence')).not.toBe(hash);
});

test('the same letters in another Unicode form are the same password', async () => {
  expect(
    await secrets.verifyPassword(
      're\u0301sume\u0301 of a life',
      await secrets.hashPassword('r\u00e9sum\u00e9 of a life'),
    ),
  ).toBe(true);
});

test('an unknown user and a hash of another make fit nothing', async () => {
  expect(await secrets.verifyPassword('an unusual sentence', null)).toBe(false);
  expect(await secrets.verifyPassword('an unusual sentence', 'nonsense')).toBe(false);
  expect(await secrets.verifyPassword('', '$argon2id$v=19$m=19456,t=2,p=1$$')).toBe(false);
});

test('nobody’s password takes as long to judge as somebody’s, by the quickest of many tries', async () => {
  const hash = await secrets.hashPassword('an unusual sentence');
  const times: [known: number[], unknown: number[], broken: number[]] = [[], [], []];
  // In turn, so that whatever else the machine does is shared by all three.
  for (let tries = 0; tries < 15; tries += 1)
    for (const [place, stored] of [hash, null, 'nonsense'].entries()) {
      const before = performance.now();
      await secrets.verifyPassword('another sentence', stored);
      times[place]?.push(performance.now() - before);
    }
  const [known, ...others] = times.map((some) => some.toSorted((a, b) => a - b)[0] ?? 0);
  for (const other of others) {
    expect(other / (known ?? 0)).toBeGreaterThan(0.5);
    expect(other / (known ?? 0)).toBeLessThan(2);
  }
});

test('many hashes at once all come out right', async () => {
  const passwords = Array.from({ length: 8 }, (_, n) => `a password of number ${n}`);
  const hashes = await Promise.all(passwords.map((password) => secrets.hashPassword(password)));
  const fits = await Promise.all(hashes.map((hash, n) => secrets.verifyPassword(passwords[n] ?? '', hash)));
  expect(fits).toEqual(passwords.map(() => true));
});

test.each([
  'password1234',
  'P@ssw0rd2024',
  'Passwordpassword',
  'qwertyuiop123',
  '123456789012',
  'aaaaaaaaaaaa',
  'abababababab',
  'letmein12345',
  'Welcome-2025!',
  'iloveyou!!!!',
  'correct horse battery staple',
])('%s is common', (password) => {
  expect(secrets.isCommonPassword(password)).toBe(true);
});

test.each(['green kettle on tuesday', 'vX9#kq2!mmZt', 'my dog eats blue socks', 'admin of the lighthouse'])(
  '%s is not common',
  (password) => {
    expect(secrets.isCommonPassword(password)).toBe(false);
  },
);

test('random texts are URL-safe and never the same', () => {
  const made = new Set(Array.from({ length: 200 }, () => secrets.random(32)));
  expect(made.size).toBe(200);
  for (const one of made) expect(one).toMatch(/^[A-Za-z0-9_-]{43}$/);
});
