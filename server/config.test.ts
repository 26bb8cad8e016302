import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { configuredSecrets, environmentSchema, FAULT_POINTS, loadConfig } from './config.ts';

const MODEL = { MODEL_BASE_URL: 'https://models.example.com/v1/', MODEL_NAME: 'large' };

test('an empty environment gives the documented defaults', () => {
  expect(loadConfig({})).toEqual({
    env: 'development',
    host: '127.0.0.1',
    port: 4400,
    dataDir: resolve('.data'),
    blueprintDir: null,
    databaseUrl: null,
    redisUrl: null,
    opencodeBin: null,
    opencodeCapacity: 16,
    model: null,
    admin: null,
    oidc: null,
    metricsToken: null,
    logLevel: 'info',
    publicUrl: null,
    trustProxy: false,
    outboundAllow: [],
    encryptionKey: null,
    encryptionKeyNext: null,
    leaseSeconds: 30,
    checkpointSeconds: 300,
    heartbeatSeconds: 30,
    askSlaSeconds: 900,
    askExpirySeconds: 86_400,
    approvalExpirySeconds: 86_400,
    selfApprovalDelaySeconds: 900,
    supervised: false,
    verifyTimeoutSeconds: 600,
    webhookRetrySeconds: [10, 60, 300, 1_800, 7_200, 21_600],
    faultAt: null,
  });
});

test('a blank variable counts as unset and spaces around a value do not matter', () => {
  const blank = Object.fromEntries(Object.keys(environmentSchema.shape).map((name) => [name, '  ']));
  expect(loadConfig(blank)).toEqual(loadConfig({}));
  expect(loadConfig({ PORT: ' 4500 ' }).port).toBe(4500);
});

test('the configuration cannot be changed', () => {
  const config = loadConfig({ ...MODEL, ADMIN_EMAIL: 'a@example.com', ADMIN_PASSWORD: 'correct horse' });
  for (const part of [config, config.model, config.admin, config.outboundAllow])
    expect(Object.isFrozen(part)).toBe(true);
});

test('a model has its address without the last slash, and a price that is not given stays unknown', () => {
  expect(loadConfig(MODEL).model).toEqual({
    baseUrl: 'https://models.example.com/v1',
    apiKey: null,
    name: 'large',
    inputPrice: null,
    outputPrice: null,
  });
  expect(loadConfig({ ...MODEL, MODEL_INPUT_PRICE: '0', MODEL_OUTPUT_PRICE: '2.5' }).model).toMatchObject({
    inputPrice: 0,
    outputPrice: 2.5,
  });
});

test.each([
  ['1', 1],
  ['0', false],
  ['loopback, 10.0.0.0/8', ['loopback', '10.0.0.0/8']],
  ['::1', ['::1']],
] as const)('TRUST_PROXY=%s is handed to Express as %j', (value, expected) => {
  expect(loadConfig({ TRUST_PROXY: value }).trustProxy).toEqual(expected);
});

test('the secrets of a configuration are known by value, passwords of servers decoded', () => {
  const config = loadConfig({
    ...MODEL,
    MODEL_API_KEY: 'key-1',
    ADMIN_EMAIL: 'a@example.com',
    ADMIN_PASSWORD: 'correct horse',
    METRICS_TOKEN: 'scrape',
    DATABASE_URL: 'postgres://app:p%40ss@db:5432/orchestrator',
    REDIS_URL: 'rediss://:quick%2Fly@cache:6379/1',
  });
  expect(configuredSecrets(config)).toEqual(new Set(['key-1', 'correct horse', 'scrape', 'p@ss', 'quick/ly']));
  expect(configuredSecrets(loadConfig({}))).toEqual(new Set());
});

test('the binary is taken as a path where it has a slash, else by its name', () => {
  expect(loadConfig({ OPENCODE_BIN: './bin/opencode' }).opencodeBin).toBe(resolve('bin/opencode'));
  expect(loadConfig({ OPENCODE_BIN: 'opencode' }).opencodeBin).toBe('opencode');
});

test.each(FAULT_POINTS)('FAULT_AT=%s is accepted in a test and refused elsewhere', (point) => {
  expect(loadConfig({ NODE_ENV: 'test', FAULT_AT: point }).faultAt).toBe(point);
  for (const env of [{}, { NODE_ENV: 'production' }]) {
    expect(() => loadConfig({ ...env, FAULT_AT: point })).toThrow(
      /^FAULT_AT=\w+ makes the process kill itself.*NODE_ENV=test\.$/,
    );
  }
});

const refusals: [string, Record<string, string>][] = [
  ['NODE_ENV=staging is not one of the known values: use one of', { NODE_ENV: 'staging' }],
  ['HOST=a b is not a host name or an address', { HOST: 'a b' }],
  ['PORT=http is not a number: give a port', { PORT: 'http' }],
  ['PORT=80.5 is not a whole number', { PORT: '80.5' }],
  ['PORT=70000 is above 65535', { PORT: '70000' }],
  ['PORT=-1 is below 0', { PORT: '-1' }],
  ['DATABASE_URL is not a PostgreSQL address', { DATABASE_URL: 'mysql://u:hidden-password@h/x' }],
  ['DATABASE_URL is not a PostgreSQL address', { DATABASE_URL: 'postgres://u:hidden%zz@h/x' }],
  ['MODEL_BASE_URL=ftp://x is not an http or https address', { MODEL_BASE_URL: 'ftp://x' }],
  ['MODEL_BASE_URL is set without MODEL_NAME', { MODEL_BASE_URL: 'https://x.example.com' }],
  ['MODEL_NAME is set without MODEL_BASE_URL', { MODEL_NAME: 'large' }],
  ['MODEL_API_KEY is set without MODEL_BASE_URL', { MODEL_API_KEY: 'hidden-password' }],
  ['MODEL_OUTPUT_PRICE is set without MODEL_BASE_URL', { MODEL_OUTPUT_PRICE: '1' }],
  ['MODEL_INPUT_PRICE=free is not a number', { ...MODEL, MODEL_INPUT_PRICE: 'free' }],
  ['MODEL_INPUT_PRICE=-1 is negative', { ...MODEL, MODEL_INPUT_PRICE: '-1' }],
  ['ADMIN_EMAIL=admin is not an e-mail address', { ADMIN_EMAIL: 'admin', ADMIN_PASSWORD: 'correct horse' }],
  ['ADMIN_PASSWORD is shorter than 12 characters', { ADMIN_EMAIL: 'a@example.com', ADMIN_PASSWORD: 'hidden' }],
  ['ADMIN_EMAIL is set without ADMIN_PASSWORD', { ADMIN_EMAIL: 'a@example.com' }],
  ['ADMIN_PASSWORD is set without ADMIN_EMAIL', { ADMIN_PASSWORD: 'hidden-password' }],
  ['LOG_LEVEL=loud is not one of the known values', { LOG_LEVEL: 'loud' }],
  ['PUBLIC_URL=example.com is not an http or https address', { PUBLIC_URL: 'example.com' }],
  ['TRUST_PROXY=true is not a proxy', { TRUST_PROXY: 'true' }],
  ['OUTBOUND_ALLOW=10.0.0.0/33 is not a list of hosts and networks', { OUTBOUND_ALLOW: '10.0.0.0/33' }],
  ['LEASE_SECONDS=0 is below 1', { LEASE_SECONDS: '0' }],
  ['LEASE_SECONDS=1.5 is not a whole number', { LEASE_SECONDS: '1.5' }],
  ['ASK_SLA_SECONDS=soon is not a number', { ASK_SLA_SECONDS: 'soon' }],
  ['FAULT_AT=sometimes is not one of the known values', { NODE_ENV: 'test', FAULT_AT: 'sometimes' }],
  ['REDIS_URL is not a Redis address', { REDIS_URL: 'http://u:hidden-password@h' }],
  ['REDIS_URL is not a Redis address', { REDIS_URL: 'redis://u:hidden%zz@h' }],
  ['REDIS_URL is not a Redis address', { REDIS_URL: 'redis://h/some/path' }],
];

test.each(refusals)('refuses: %s', (beginning, env) => {
  const message = messageOf(() => loadConfig(env));
  expect(message.startsWith(beginning)).toBe(true);
  expect(message).toMatch(/^[^\n]+: [^\n]+\.$/);
  expect(message).not.toContain('hidden');
});

test('.env.example lists exactly the variables of the schema, each with the default that holds without it', () => {
  const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  const names = [...text.matchAll(/^#?([A-Z_]+)=/gm)].map((match) => match[1]);
  expect(names.toSorted()).toEqual(Object.keys(environmentSchema.shape).toSorted());
  expect(loadConfig(parseEnv(text.replace(/^#(?=[A-Z_]+=)/gm, '')))).toEqual(loadConfig({}));
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was refused');
}

test('an identity provider is configured whole or not at all, by TLS, with groups that mean something', () => {
  const whole = {
    OIDC_ISSUER: 'https://id.example.com',
    OIDC_CLIENT_ID: 'orchestrator',
    OIDC_CLIENT_SECRET: 'geheimnis',
  };
  const config = loadConfig({ ...whole, OIDC_ROLES: 'admins=admin, b=tools/member', OIDC_DEFAULT_ROLE: 'viewer' });
  expect(config.oidc).toEqual({
    issuer: 'https://id.example.com',
    clientId: 'orchestrator',
    clientSecret: 'geheimnis',
    name: 'single sign-on',
    groupClaim: 'groups',
    rules: {
      groups: [
        { group: 'admins', team: null, role: 'admin' },
        { group: 'b', team: 'tools', role: 'member' },
      ],
      defaultRole: 'viewer',
      team: null,
    },
  });
  expect(configuredSecrets(config).has('geheimnis')).toBe(true);
  expect(() => loadConfig({ ...whole, OIDC_CLIENT_SECRET: '' })).toThrow('OIDC_CLIENT_SECRET');
  expect(() => loadConfig({ OIDC_ROLES: 'a=admin' })).toThrow('OIDC_ROLES is set without');
  expect(() => loadConfig({ ...whole, OIDC_ROLES: 'a=owner' })).toThrow('not a mapping');
  expect(() => loadConfig({ ...whole, OIDC_ISSUER: 'http://id.example.com' })).toThrow('TLS');
  expect(loadConfig({ ...whole, OIDC_ISSUER: 'http://127.0.0.1:9999' }).oidc?.issuer).toBe('http://127.0.0.1:9999');
});
