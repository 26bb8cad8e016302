import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ToolAnswer } from '../../application/tools-port.ts';
import { createToolTokens, type ToolTokens } from './tool-token.ts';
import { createToolsEndpoint, toolsPath } from './tools-endpoint.ts';

const attemptId = '11111111-1111-4111-8111-111111111111';
const dataDir = mkdtempSync(join(tmpdir(), 'orchestrator-tools-'));
const calls: unknown[][] = [];
const logged: string[] = [];
let answer: () => ToolAnswer = () => ({ text: 'Done', refused: false });
let tokens: ToolTokens;
let url = '';

const note = (fields: object, message: string) => void logged.push(JSON.stringify([fields, message]));
const server = createServer((request, response) => {
  endpoint(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
});
let endpoint: ReturnType<typeof createToolsEndpoint>;
beforeAll(async () => {
  tokens = createToolTokens(dataDir);
  endpoint = createToolsEndpoint({
    tokens,
    log: { info: note, warn: note, error: note },
    tools: {
      async call(...given) {
        calls.push(given);
        return answer();
      },
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  calls.length = 0;
  answer = () => ({ text: 'Done', refused: false });
});
afterAll(() => {
  server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const post = (body: unknown, token = tokens.tokenOf(attemptId)) =>
  fetch(`${url}${toolsPath(token)}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
const ask = async (method: string, params?: object) =>
  (await post({ jsonrpc: '2.0', id: 7, method, ...(params && { params }) })).json();

test('a client is greeted in the revision it speaks, or in the newest', async () => {
  const hello = (protocolVersion: string) => ask('initialize', { protocolVersion, capabilities: {}, clientInfo: {} });
  expect(await hello('2025-06-18')).toMatchObject({
    jsonrpc: '2.0',
    id: 7,
    result: { protocolVersion: '2025-06-18', serverInfo: { name: 'orchestrator' }, capabilities: { tools: {} } },
  });
  expect((await hello('1999-01-01')).result.protocolVersion).toBe('2025-11-25');
  const told = await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
  expect([told.status, await told.text()]).toEqual([202, '']);
  expect(await ask('ping')).toEqual({ jsonrpc: '2.0', id: 7, result: {} });
});

test('the tools are listed with the schemas their inputs are judged by', async () => {
  const { result } = await ask('tools/list');
  expect(result.tools.map(({ name }: { name: string }) => name)).toEqual([
    'context_get',
    'context_set',
    'context_search',
  ]);
  for (const { inputSchema, description } of result.tools) {
    expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
    expect(description.length).toBeGreaterThan(20);
  }
});

test('a call reaches the attempt of its token; a refusal is told to the model as an error it can read', async () => {
  const set = { name: 'context_set', arguments: { path: 'a', value: null } };
  expect((await ask('tools/call', set)).result).toEqual({ content: [{ type: 'text', text: 'Done' }], isError: false });
  expect(calls).toEqual([[attemptId, 'context_set', { path: 'a', value: null }]]);
  answer = () => ({ text: '403: the attempt is failed', refused: true });
  expect((await ask('tools/call', set)).result).toMatchObject({ isError: true });
  expect((await ask('tools/call', { name: 'toString' })).error.code).toBe(-32_602);
  expect((await ask('resources/list')).error.code).toBe(-32_601);
});

test('what fails unexpectedly is logged, and the model hears no insides', async () => {
  answer = () => {
    throw new Error('relation "contexts" does not exist');
  };
  const { error } = await ask('tools/call', { name: 'context_get' });
  expect(error.message).not.toContain('relation');
  expect(logged.join()).toContain('A tool call failed');
});

test.each(['nonsense', `${attemptId}.`, `${attemptId}.AAAA`, ''])(
  'the token %j is refused before anything is read',
  async (token) => {
    const refused = await post('not even JSON', token);
    expect(refused.status).toBe(403);
    expect(calls).toEqual([]);
  },
);

test('a token of another attempt or another installation does not fit', async () => {
  const [, signature] = tokens.tokenOf(attemptId).split('.');
  expect(tokens.attemptOf(`${attemptId.replace('1', '2')}.${signature}`)).toBeNull();
  const elsewhere = mkdtempSync(join(tmpdir(), 'orchestrator-tools-'));
  expect(createToolTokens(elsewhere).attemptOf(tokens.tokenOf(attemptId))).toBeNull();
  rmSync(elsewhere, { recursive: true, force: true });
});

test('tokens outlive a restart, and only this user can read their key', () => {
  expect(createToolTokens(dataDir).attemptOf(tokens.tokenOf(attemptId))).toBe(attemptId);
  expect(statSync(join(dataDir, 'runtime', 'tools.key')).mode & 0o777).toBe(0o600);
});

test('bodies are bounded and must be messages; streams and sessions are not offered', async () => {
  expect((await post('x'.repeat(2 * 1024 * 1024 + 1))).status).toBe(413);
  expect((await post('{')).status).toBe(400);
  expect((await post({ method: 'ping', id: 1 })).status).toBe(400);
  const path = toolsPath(tokens.tokenOf(attemptId));
  for (const method of ['GET', 'DELETE']) expect((await fetch(`${url}${path}`, { method })).status).toBe(405);
});
