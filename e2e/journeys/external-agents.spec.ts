import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startAgent } from '../support/external-agent.ts';
import { expect, shareHouse, test } from '../support/fixtures.ts';
import { git } from '../support/git.ts';
import { freePort } from '../support/installation.ts';
import { expectAccessible, signIn } from '../support/pages.ts';
import type { RestClient } from '../support/rest.ts';
import { until } from '../support/wait.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 300_000 });

// Silence counts after ten heartbeats: ten seconds.
const shared = shareHouse({ HEARTBEAT_SECONDS: '1', OUTBOUND_ALLOW: '127.0.0.1' });
const verify = ['grep -q made result.txt'];
const sh = (commands: string) => `Please do this.\n\n\`\`\`sh\n${commands}\n\`\`\`\n`;

const codeFrom = async (api: RestClient) =>
  (await api.ok<{ code: string }>('POST', '/agents/enrolment-codes', { body: {} })).code;

/** Nobody but the agents outside is to be chosen. */
async function aloneOutside(api: RestClient): Promise<void> {
  const { items } = await api.ok<{ items: { id: string }[] }>('GET', '/agents?limit=100');
  for (const { id } of items) await api.ok('POST', `/agents/${id}/disable`, { body: {} });
}

test('a lead enrols an agent that pulls; killed in the middle, another one does its work and its late result is refused', async ({
  page,
}) => {
  const { house, api } = shared;
  await aloneOutside(api);
  await signIn(page, house);
  await page.goto(`${house.url}/agents/enrol`);
  await page.getByRole('button', { name: /^Make a code/ }).click();
  const code = (await page.locator('output').textContent()) ?? '';
  expect(code).toMatch(/^oioe_/);
  await expect(page.getByText('node examples/external-agent/agent.mjs')).toBeVisible();
  await expectAccessible(page);

  const first = await startAgent(house, 'AGENT-FIRST', code, { PAUSE: '600' });
  const taken = await api.call('POST', '/agents/external/register', {
    token: null,
    body: {
      enrolmentCode: code,
      protocolVersion: '1.0',
      name: 'AGENT-THIEF',
      version: '1',
      agentType: 'implementer',
      capabilities: ['code_generation'],
    },
  });
  expect(taken.status).toBe(401);
  await page.goto(`${house.url}/agents/AGENT-FIRST`);
  await expect(page.getByText('its own claims (pull)')).toBeVisible();
  await expectAccessible(page);

  const source = await house.repository('work');
  const { id: repositoryId } = await api.register(source, { verify });
  const { id } = await api.create({ repositoryId, prompt: sh('sleep "$PAUSE"; echo made > result.txt') });
  const begun = await api.waitForEvent(id, 'attempt.output', ({ payload }) => payload.kind === 'progress');
  await startAgent(house, 'AGENT-SECOND', await codeFrom(api), { PAUSE: '0' });
  await first.kill();

  const done = await api.waitFor(id, 'completed');
  expect(done.proof).toBe('proven');
  const ends = (await api.events(id, ['attempt.ended'])).map(({ payload }) => payload.status);
  expect(ends).toEqual(['lost', 'succeeded']);
  const head = await git(source, 'rev-parse', String(done.branch));
  const late = await api.call('POST', `/agents/external/attempts/${begun.payload.attemptId}/result`, {
    token: first.token,
    body: { epoch: begun.payload.epoch, status: 'completed', artifacts: [{ path: 'result.txt', content: 'late' }] },
  });
  expect([late.status, late.error?.code]).toEqual([409, 'CONFLICT']);
  expect(await git(source, 'rev-parse', String(done.branch))).toBe(head);
  expect(await git(source, 'show', `${done.branch}:result.txt`)).toBe('made');
  expect(await api.call('GET', '/sessions', { token: first.token })).toMatchObject({ status: 403 });
});

test('a task is posted signed, again until it is taken, and a replayed one is refused; private addresses are never called', async () => {
  const { house, api } = shared;
  await aloneOutside(api);
  for (const endpointUrl of [
    'http://10.1.2.3',
    'http://169.254.169.254/latest',
    'http://[::1]:80',
    'http://192.168.0.1:22',
  ]) {
    const body = {
      enrolmentCode: await codeFrom(api),
      protocolVersion: '1.0',
      name: 'AGENT-INWARDS',
      version: '1',
      agentType: 'implementer',
      capabilities: ['code_generation'],
      endpointUrl,
    };
    const refused = await api.call('POST', '/agents/external/register', { token: null, body });
    expect(refused.error?.details, endpointUrl).toMatchObject([{ path: 'endpointUrl' }]);
  }

  // Between the two, so that what was posted can be seen and posted again; it is away the first time.
  const port = await freePort();
  const posted: { headers: Record<string, string>; body: string }[] = [];
  const between = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('utf8');
    const headers = Object.fromEntries(
      Object.entries(request.headers)
        .filter(([name]) => name.startsWith('x-'))
        .map(([name, value]) => [name, String(value)]),
    );
    posted.push({ headers, body });
    if (posted.length === 1) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead((await fetch(`http://127.0.0.1:${port}/task`, { method: 'POST', headers, body })).status).end();
  });
  await new Promise<void>((done) => between.listen(0, '127.0.0.1', done));
  try {
    const { port: open } = between.address() as AddressInfo;
    await startAgent(house, 'AGENT-PUSHED', await codeFrom(api), {
      LISTEN: String(port),
      ENDPOINT_URL: `http://127.0.0.1:${open}`,
    });
    const source = await house.repository('posted');
    const { id: repositoryId } = await api.register(source, { verify });
    const prompt = `${sh('echo one > result.txt')}\n\`\`\`ask\nWhat is to be written?\n\`\`\`\n${sh('echo "$ANSWER" > result.txt')}`;
    const { id } = await api.create({ repositoryId, prompt });
    const ask = await api.openAsk(id);
    await api.ok('POST', `/asks/${ask.id}/answer`, { body: { answers: ['made by hand'] } });
    const done = await api.waitFor(id, 'completed');
    expect(await git(source, 'show', `${done.branch}:result.txt`)).toBe('made by hand');

    expect(posted.length).toBeGreaterThan(1);
    expect(new Set(posted.map(({ body }) => JSON.parse(body).attemptId)).size).toBe(1);
    const again = async (change: { headers?: Record<string, string>; body?: string }) => {
      const last = posted.at(-1);
      const sent = { headers: { ...last?.headers, ...change.headers }, body: change.body ?? last?.body ?? '' };
      const answer = await fetch(`http://127.0.0.1:${port}/task`, { method: 'POST', ...sent });
      return `${answer.status} ${await answer.text()}`;
    };
    expect(await again({})).toBe('401 it came before');
    expect(await again({ body: '{}' })).toBe('401 the signature is wrong');
    expect(await again({ headers: { 'x-orchestrator-timestamp': '1' } })).toBe('401 the signature is wrong');
    await until('the agent to be idle again', async () => {
      const { items } = await api.ok<{ items: { name: string; load: { current: number } }[] }>(
        'GET',
        '/agents?limit=100',
      );
      return items.find(({ name }) => name === 'AGENT-PUSHED')?.load.current === 0;
    });
  } finally {
    between.closeAllConnections();
    between.close();
  }
});
