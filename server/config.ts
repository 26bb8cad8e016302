import { resolve } from 'node:path';
import { z } from 'zod';
import { type OidcConfig, oidcOf, refuseHalfSignOn, signOnVariables } from './config-sign-on.ts';
import {
  decodedKey,
  httpUrl,
  isHost,
  isNetwork,
  isPostgres,
  isProxy,
  isRedis,
  key,
  list,
  oneOf,
  price,
  seconds,
} from './config-values.ts';
import { defaultBackoff } from './domain/webhook.ts';

/** The points at which `FAULT_AT` makes the process kill itself; they exist to prove recovery. */
export const FAULT_POINTS = [
  'after_claim',
  'after_plan',
  'after_dispatch',
  'mid_tool',
  'before_commit',
  'before_merge',
  'before_checkpoint',
  'before_final',
  'mid_dataset',
] as const;
export type FaultPoint = (typeof FAULT_POINTS)[number];

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Every variable the server reads, as it stands in the environment. `.env.example` lists the same names. */
export const environmentSchema = z.object({
  NODE_ENV: oneOf(['development', 'test', 'production']).default('development'),
  HOST: z
    .string()
    .refine(isHost, 'not a host name or an address: give one such as 127.0.0.1 (this machine only) or 0.0.0.0')
    .default('127.0.0.1'),
  PORT: z.coerce
    .number('not a number: give a port from 0 to 65535, for example 4400')
    .int('not a whole number: give a port from 0 to 65535, for example 4400')
    .min(0, 'below 0: give a port from 0 to 65535, for example 4400')
    .max(65_535, 'above 65535: give a port from 0 to 65535, for example 4400')
    .default(4400),
  DATA_DIR: z.string().default('./.data'),
  BLUEPRINT_DIR: z.string().optional(),
  DATABASE_URL: z
    .string()
    .refine(
      isPostgres,
      'not a PostgreSQL address: give postgres://user:password@host:5432/name, special characters as %40',
    )
    .optional(),
  REDIS_URL: z
    .string()
    .refine(isRedis, 'not a Redis address: give redis://user:password@host:6379, or rediss:// for TLS')
    .optional(),
  OPENCODE_BIN: z.string().optional(),
  OPENCODE_CAPACITY: z.coerce
    .number('not a number: give how many attempts the own OpenCode may run at once')
    .int('not a whole number: give how many attempts the own OpenCode may run at once')
    .min(1, 'below 1: give at least one attempt')
    .max(1000, 'above 1000: give at most 1000 attempts')
    .default(16),
  MODEL_BASE_URL: httpUrl('https://api.openai.com/v1'),
  MODEL_API_KEY: z.string().optional(),
  MODEL_NAME: z.string().optional(),
  MODEL_INPUT_PRICE: price,
  MODEL_OUTPUT_PRICE: price,
  ADMIN_EMAIL: z.email('not an e-mail address: give one such as admin@example.com').optional(),
  ADMIN_PASSWORD: z.string().min(12, 'shorter than 12 characters: choose a longer one').optional(),
  ...signOnVariables,
  METRICS_TOKEN: z.string().optional(),
  LOG_LEVEL: oneOf(LOG_LEVELS).default('info'),
  PUBLIC_URL: httpUrl('https://orchestrator.example.com'),
  TRUST_PROXY: z
    .string()
    .refine(
      (value) => /^\d{1,2}$/.test(value) || list(value).every(isProxy),
      'not a proxy: give the number of proxies in front (1), or their addresses, such as loopback or 10.0.0.0/8',
    )
    .optional(),
  OUTBOUND_ALLOW: z
    .string()
    .refine(
      (value) => list(value).every((entry) => isHost(entry) || isNetwork(entry)),
      'not a list of hosts and networks: give one such as git.example.com,10.1.0.0/16',
    )
    .optional(),
  ENCRYPTION_KEY: key,
  ENCRYPTION_KEY_NEXT: key,
  LEASE_SECONDS: seconds(30, 3600),
  CHECKPOINT_SECONDS: seconds(300),
  HEARTBEAT_SECONDS: seconds(30, 3600),
  ASK_SLA_SECONDS: seconds(900),
  ASK_EXPIRY_SECONDS: seconds(86_400),
  APPROVAL_EXPIRY_SECONDS: seconds(86_400),
  SELF_APPROVAL_DELAY_SECONDS: seconds(900),
  VERIFY_TIMEOUT_SECONDS: seconds(600, 86_400),
  WEBHOOK_RETRY_SECONDS: z
    .string()
    .refine(
      (value) => list(value).length <= 20 && list(value).every((one) => /^\d{1,6}$/.test(one) && Number(one) > 0),
      'not a list of waits: give whole seconds, one for each further try, such as 10,60,300',
    )
    .default(defaultBackoff.join(',')),
  SUPERVISED: oneOf(['0', '1']).default('0'),
  FAULT_AT: oneOf(FAULT_POINTS).optional(),
});

type Environment = z.infer<typeof environmentSchema>;

/** The real model behind the gateway; without one the rehearsal model answers. Prices in US dollars per million tokens. */
export interface ModelConfig {
  readonly baseUrl: string;
  readonly apiKey: string | null;
  readonly name: string;
  /** Null: unknown, and a cost made from it stays unknown. */
  readonly inputPrice: number | null;
  readonly outputPrice: number | null;
}

export interface Config {
  readonly env: Environment['NODE_ENV'];
  readonly host: string;
  readonly port: number;
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute: the folder blueprints may be imported from. Null: none is. */
  readonly blueprintDir: string | null;
  /** Null: the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Null: one instance, coordinated in its own process. */
  readonly redisUrl: string | null;
  readonly opencodeBin: string | null;
  /** Attempts the own OpenCode runs at once, of all teams. */
  readonly opencodeCapacity: number;
  readonly model: ModelConfig | null;
  /** The first administrator, made without the setup page. */
  readonly admin: { readonly email: string; readonly password: string } | null;
  /** Null: people sign in by password alone. */
  readonly oidc: OidcConfig | null;
  readonly metricsToken: string | null;
  readonly logLevel: Environment['LOG_LEVEL'];
  /** Without a slash at its end. */
  readonly publicUrl: string | null;
  /** As Express takes it under `trust proxy`. */
  readonly trustProxy: false | number | readonly string[];
  readonly outboundAllow: readonly string[];
  /** What secrets are sealed with at rest. Null: the key file of `dataDir`. */
  readonly encryptionKey: Uint8Array | null;
  /** What `npm run encryption:rotate` seals with from now on. */
  readonly encryptionKeyNext: Uint8Array | null;
  readonly leaseSeconds: number;
  readonly checkpointSeconds: number;
  readonly heartbeatSeconds: number;
  readonly askSlaSeconds: number;
  readonly askExpirySeconds: number;
  readonly approvalExpirySeconds: number;
  readonly selfApprovalDelaySeconds: number;
  readonly verifyTimeoutSeconds: number;
  /** Before each further try of a webhook's delivery; after the last one it is dead. */
  readonly webhookRetrySeconds: readonly number[];
  /** Whether something starts this process again when it ends. */
  readonly supervised: boolean;
  readonly faultAt: FaultPoint | null;
}

const SECRET_NAMES = new Set([
  'MODEL_API_KEY',
  'ADMIN_PASSWORD',
  'METRICS_TOKEN',
  'OIDC_CLIENT_SECRET',
  'DATABASE_URL',
  'REDIS_URL',
  'ENCRYPTION_KEY',
  'ENCRYPTION_KEY_NEXT',
]);

/**
 * The configuration of this process, frozen. Blank variables count as unset.
 * Throws an Error whose message is one sentence: the variable, what is wrong with it, and the remedy.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value?.trim()) given[name] = value.trim();

  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = String(issue?.path[0]);
    const shown = SECRET_NAMES.has(name) ? name : `${name}=${given[name]}`;
    throw new Error(`${shown} is ${issue?.message}.`);
  }
  const e = parsed.data;
  refuseContradictions(e, given);

  const model: ModelConfig | null =
    e.MODEL_BASE_URL && e.MODEL_NAME
      ? Object.freeze({
          baseUrl: e.MODEL_BASE_URL.replace(/\/+$/, ''),
          apiKey: e.MODEL_API_KEY ?? null,
          name: e.MODEL_NAME,
          inputPrice: e.MODEL_INPUT_PRICE ?? null,
          outputPrice: e.MODEL_OUTPUT_PRICE ?? null,
        })
      : null;

  return Object.freeze({
    env: e.NODE_ENV,
    host: e.HOST,
    port: e.PORT,
    dataDir: resolve(e.DATA_DIR),
    blueprintDir: e.BLUEPRINT_DIR === undefined ? null : resolve(e.BLUEPRINT_DIR),
    databaseUrl: e.DATABASE_URL ?? null,
    redisUrl: e.REDIS_URL ?? null,
    // A bare name is looked for on PATH.
    opencodeCapacity: e.OPENCODE_CAPACITY,
    opencodeBin: e.OPENCODE_BIN?.includes('/') ? resolve(e.OPENCODE_BIN) : (e.OPENCODE_BIN ?? null),
    model,
    admin:
      e.ADMIN_EMAIL && e.ADMIN_PASSWORD ? Object.freeze({ email: e.ADMIN_EMAIL, password: e.ADMIN_PASSWORD }) : null,
    oidc: oidcOf(e),
    metricsToken: e.METRICS_TOKEN ?? null,
    logLevel: e.LOG_LEVEL,
    publicUrl: e.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    trustProxy: trustProxy(e.TRUST_PROXY),
    outboundAllow: Object.freeze(list(e.OUTBOUND_ALLOW ?? '')),
    encryptionKey: e.ENCRYPTION_KEY === undefined ? null : decodedKey(e.ENCRYPTION_KEY),
    encryptionKeyNext: e.ENCRYPTION_KEY_NEXT === undefined ? null : decodedKey(e.ENCRYPTION_KEY_NEXT),
    leaseSeconds: e.LEASE_SECONDS,
    checkpointSeconds: e.CHECKPOINT_SECONDS,
    heartbeatSeconds: e.HEARTBEAT_SECONDS,
    askSlaSeconds: e.ASK_SLA_SECONDS,
    askExpirySeconds: e.ASK_EXPIRY_SECONDS,
    approvalExpirySeconds: e.APPROVAL_EXPIRY_SECONDS,
    selfApprovalDelaySeconds: e.SELF_APPROVAL_DELAY_SECONDS,
    verifyTimeoutSeconds: e.VERIFY_TIMEOUT_SECONDS,
    webhookRetrySeconds: Object.freeze(list(e.WEBHOOK_RETRY_SECONDS).map(Number)),
    supervised: e.SUPERVISED === '1',
    faultAt: e.FAULT_AT ?? null,
  });
}

/** The secret values of a configuration, for the logger and for redaction before the first write. */
export function configuredSecrets(config: Config): Set<string> {
  const passwordOf = (url: string | null) => (url === null ? '' : decodeURIComponent(new URL(url).password));
  const servers = [passwordOf(config.databaseUrl), passwordOf(config.redisUrl)];
  const keys = [config.encryptionKey, config.encryptionKeyNext].flatMap((one) =>
    one === null ? [] : [Buffer.from(one).toString('base64'), Buffer.from(one).toString('hex')],
  );
  const all = [
    config.model?.apiKey,
    config.admin?.password,
    config.metricsToken,
    config.oidc?.clientSecret,
    ...servers,
    ...keys,
  ];
  return new Set(all.filter((value): value is string => Boolean(value)));
}

function trustProxy(value: string | undefined): Config['trustProxy'] {
  if (value === undefined || value === '0') return false;
  return /^\d+$/.test(value) ? Number(value) : Object.freeze(list(value));
}

function refuseContradictions(e: Environment, given: Record<string, string>): void {
  if (e.FAULT_AT && e.NODE_ENV !== 'test') {
    throw new Error(
      `FAULT_AT=${e.FAULT_AT} makes the process kill itself and is for tests only: unset it, or set NODE_ENV=test.`,
    );
  }
  if (e.ADMIN_EMAIL && !e.ADMIN_PASSWORD) {
    throw new Error('ADMIN_EMAIL is set without ADMIN_PASSWORD: set both to create the administrator, or neither.');
  }
  if (e.ADMIN_PASSWORD && !e.ADMIN_EMAIL) {
    throw new Error('ADMIN_PASSWORD is set without ADMIN_EMAIL: set both to create the administrator, or neither.');
  }
  refuseHalfSignOn(e, given);
  if (e.MODEL_BASE_URL && !e.MODEL_NAME) {
    throw new Error('MODEL_BASE_URL is set without MODEL_NAME: name the model to ask for, or unset the address.');
  }
  if (e.MODEL_BASE_URL) return;
  for (const name of ['MODEL_NAME', 'MODEL_API_KEY', 'MODEL_INPUT_PRICE', 'MODEL_OUTPUT_PRICE']) {
    if (given[name]) {
      throw new Error(`${name} is set without MODEL_BASE_URL: give the address of an OpenAI-compatible endpoint too.`);
    }
  }
}
