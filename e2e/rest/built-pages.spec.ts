import { request } from 'node:http';
import { expect, test } from '../support/fixtures.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 240_000 });

/** Asks for exactly this path: `fetch` would take `..` out of it before it is sent. */
function asTyped(url: string, path: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string }>((done, failed) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => done({ status: answer.statusCode ?? 0, text: Buffer.concat(parts).toString() }));
    });
    // A socket that was let in: nothing more is wanted of it.
    sent.on('upgrade', (_answer, socket) => {
      socket.destroy();
      done({ status: 101, text: '' });
    });
    sent.on('error', failed).end();
  });
}

test('the built pages: one nonce an answer, no script without it, a new login at each sign-in, no way out', async ({
  stage,
  page,
  context,
}) => {
  const { url, admin } = stage.house;
  const nonces = await Promise.all(
    ['/login', '/login'].map(async (path) => {
      const answer = await fetch(`${url}${path}`);
      const nonce = /script-src [^;]*'nonce-([^']+)'/.exec(answer.headers.get('content-security-policy') ?? '')?.[1];
      for (const [, given] of (await answer.text()).matchAll(/<script(?: [^>]*?nonce="([^"]*)")?[^>]*>/g))
        expect(given).toBe(nonce);
      return nonce;
    }),
  );
  expect(new Set(nonces).size).toBe(2);

  // A page that somebody has got words into: they are shown to nobody's engine.
  const refused: string[] = [];
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && refused.push(message.text()));
  await page.route('**/login', async (route) => {
    const response = await route.fetch();
    const planted = `<script>window.owned = 1</script><img src="/none" onerror="window.owned = 2"><a href="javascript:window.owned = 3">Go</a>`;
    await route.fulfill({ response, body: (await response.text()).replace('</head>', `</head>${planted}`) });
  });
  await page.goto(`${url}/login`);
  await expect.poll(() => refused.length).toBeGreaterThanOrEqual(2);
  expect(await page.evaluate(() => Reflect.get(window, 'owned'))).toBeUndefined();
  await page.unroute('**/login');

  // What a sign-in leaves is never what the browser came with, and what it came with is good no more.
  const cookie = async () =>
    (await context.cookies(url)).find(({ name }) => name === 'orchestrator_login')?.value ?? '';
  await context.addCookies([{ name: 'orchestrator_login', value: 'x'.repeat(43), url }]);
  const seen = ['x'.repeat(43)];
  for (const next of ['/asks', '//evil.example/asks', 'https://evil.example', '/\\evil.example', '/%09/evil.example']) {
    const answer = await context.request.post(`${url}/login?next=${encodeURIComponent(next)}`, {
      form: { email: admin.email, password: admin.password },
      maxRedirects: 0,
    });
    expect([next, answer.status()]).toEqual([next, 302]);
    expect(new URL(answer.headers().location ?? '', url).origin, next).toBe(url);
    seen.push(await cookie());
  }
  expect(new Set(seen).size).toBe(6);
  const asked = (value: string) => asTyped(url, '/asks', { cookie: `orchestrator_login=${value}` });
  expect(await Promise.all(seen.map(async (value) => (await asked(value)).status))).toEqual([
    302, 302, 302, 302, 302, 200,
  ]);

  // A socket opens for this site's pages only, whoever is signed in.
  const own = { cookie: `orchestrator_login=${await cookie()}` };
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  };
  const socket = (transport: string, origin: string) =>
    asTyped(url, `/socket.io/?EIO=4&transport=${transport}`, {
      ...own,
      origin,
      ...(transport === 'websocket' ? upgrade : {}),
    });
  for (const transport of ['polling', 'websocket']) {
    expect((await socket(transport, 'https://evil.example')).status).toBe(transport === 'polling' ? 403 : 400);
    expect((await socket(transport, url)).status).toBe(transport === 'polling' ? 200 : 101);
  }

  // Nothing is read beside the built files and beside what a session changed.
  const repository = await stage.repository();
  const { id, slug } = await stage.api.create({ repositoryId: repository.id, prompt: 'Wait.', start: false });
  const outside = ['../package.json', '../../package.json', '../../../../../../etc/passwd'];
  const spelled = outside.flatMap((path) => [
    path,
    path.replaceAll('/', '%2f'),
    path.replaceAll('.', '%2e'),
    path.replaceAll('/', '%5c'),
  ]);
  for (const path of spelled)
    for (const before of [
      '/',
      '/assets/',
      `/sessions/${slug}/payloads/`,
      `/sessions/${slug}/changes?file=`,
      `/sessions/${slug}/patch?taskId=`,
      `/api/v1/sessions/${id}/diff?taskId=`,
    ]) {
      const { status, text } = await asTyped(url, before + path, own);
      expect(status, before + path).toBeLessThan(500);
      expect(text, before + path).not.toMatch(/root:.*:0:0:|"dependencies"/);
    }
});
