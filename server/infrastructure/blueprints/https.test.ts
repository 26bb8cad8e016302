import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createReachability } from '../git/reachability.ts';
import { selfSigned } from './certificate-testing.ts';
import { createHttpsSource } from './https.ts';

const { key, cert } = selfSigned();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const asked: string[] = [];
const pages: Record<string, { status?: number; body: string; location?: string }> = {
  '/one.yaml': { body: 'key: one' },
  '/two.yaml': { body: 'key: two' },
  '/moved.yaml': { status: 302, body: '', location: '/one.yaml' },
  '/large.yaml': { body: 'x'.repeat(262_145) },
  '/broken.json': { body: '{' },
  '/other.json': { body: '{"blueprints":[{"key":"one"}]}' },
  '/empty.json': { body: '{"blueprints":[]}' },
};
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer({ key, cert }, (request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/hangs') return;
    const page = pages[request.url ?? ''];
    response.writeHead(page?.status ?? (page ? 200 : 404), page?.location ? { location: page.location } : {});
    response.end(page?.body ?? '');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const entry = (name: string, version: string | number, url: string) => ({
    key: name,
    version,
    url,
    sha256: sha256(`key: ${name}`),
  });
  pages['/index.json'] = {
    body: JSON.stringify({ blueprints: [entry('one', '1', 'one.yaml'), entry('two', 2, `${base}/two.yaml`)] }),
  };
  pages['/wrong.json'] = {
    body: JSON.stringify({ blueprints: [{ ...entry('one', '1', 'one.yaml'), sha256: sha256('another') }] }),
  };
  pages['/inward.json'] = { body: JSON.stringify({ blueprints: [entry('one', '1', 'https://10.0.0.1/one.yaml')] }) };
  pages['/plain.json'] = { body: JSON.stringify({ blueprints: [entry('one', '1', 'http://127.0.0.1/one.yaml')] }) };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const open = (networkMs = 20_000) =>
  createHttpsSource({ mayReach: createReachability(['127.0.0.1']), networkMs, ca: cert });
const read = (path: string, more: { sha256?: string; keys?: string[] } = {}) =>
  open().read({ kind: 'https', url: `${base}${path}`, ...more });

test('one file is taken with its checksum', async () => {
  const checksum = sha256('key: one');
  expect(await read('/one.yaml', { sha256: checksum })).toEqual([
    {
      name: `${base}/one.yaml`,
      yaml: 'key: one',
      origin: { kind: 'https', url: `${base}/one.yaml`, sha256: checksum },
    },
  ]);
});

test('an index names its files, relative to it or whole, and keys choose among them', async () => {
  expect(await read('/index.json')).toMatchObject([
    { yaml: 'key: one', expected: { key: 'one', version: '1' }, origin: { url: `${base}/one.yaml` } },
    { yaml: 'key: two', expected: { key: 'two', version: '2' }, origin: { url: `${base}/two.yaml` } },
  ]);
  expect(await read('/index.json', { keys: ['two'] })).toMatchObject([{ yaml: 'key: two' }]);
});

test.each([
  ['a file with another checksum', '/one.yaml', { sha256: sha256('another') }, 'url', /its SHA-256 is .* was said/],
  ['an index with another checksum', '/wrong.json', {}, 'url', /one 1 is not taken/],
  ['a file without a checksum', '/one.yaml', {}, 'sha256', /needs its SHA-256/],
  ['a redirect', '/moved.yaml', { sha256: sha256('key: one') }, 'url', /redirect/],
  ['a page that is not there', '/nowhere', { sha256: sha256('') }, 'url', /answers 404/],
  ['too much', '/large.yaml', { sha256: sha256('x'.repeat(262_145)) }, 'url', /larger than 256 KiB/],
  ['an index that is no JSON', '/broken.json', {}, 'sha256', /no index/],
  ['an index without its fields', '/other.json', {}, 'url', /blueprints\.0\./],
  ['an empty index', '/empty.json', {}, 'url', /no .yaml/],
  ['an index that leads inwards', '/inward.json', {}, 'url', /10\.0\.0\.1 is a private address/],
  ['an index that leads to plain http', '/plain.json', {}, 'url', /Only https/],
  ['a key the index has not', '/index.json', { keys: ['three'] }, 'keys', /no three/],
  ['keys beside a checksum', '/one.yaml', { sha256: sha256(''), keys: ['one'] }, 'keys', /one file/],
])('%s is refused', async (_, path, more, field, reason) => {
  asked.length = 0;
  await expect(read(path, more)).rejects.toMatchObject({
    code: 'INVALID',
    details: [{ path: field, message: expect.stringMatching(reason) }],
  });
  // A redirect is not followed, not even to look.
  if (path === '/moved.yaml') expect(asked).toEqual(['/moved.yaml']);
});

test.each([
  ['no URL', 'registry', /not a URL/],
  ['plain http', 'http://127.0.0.1/x', /Only https/],
  ['a file', 'file:///etc/passwd', /Only https/],
  ['a password', 'https://ada:secret@127.0.0.1/x', /user name or password/],
  ['a private address', 'https://10.0.0.1/x', /OUTBOUND_ALLOW/],
  ['a name that points inwards', 'https://localhost/x', /OUTBOUND_ALLOW/],
])('%s is refused before anything is asked', async (_, url, reason) => {
  const closed = createHttpsSource({ mayReach: createReachability([]), networkMs: 20_000 });
  await expect(closed.read({ kind: 'https', url, sha256: sha256('') })).rejects.toThrow(reason);
});

test('a name is asked at the address that was judged, and nowhere else', async () => {
  const url = `https://nowhere.invalid:${new URL(base).port}/one.yaml`;
  asked.length = 0;
  const source = createHttpsSource({ mayReach: async () => ['127.0.0.1'], networkMs: 20_000, ca: cert });
  // The connection stands; only the certificate is for another name.
  await expect(source.read({ kind: 'https', url, sha256: sha256('') })).rejects.toThrow(
    /could not be read: .*altnames/i,
  );
});

test('a server without a certificate to trust is refused', async () => {
  const source = createHttpsSource({ mayReach: createReachability(['127.0.0.1']), networkMs: 20_000 });
  await expect(source.read({ kind: 'https', url: `${base}/one.yaml`, sha256: sha256('key: one') })).rejects.toThrow(
    /self-signed certificate/,
  );
});

test('a server that does not answer is given up', async () => {
  await expect(open(300).read({ kind: 'https', url: `${base}/hangs`, sha256: sha256('') })).rejects.toThrow(
    /did not answer in time/,
  );
});
