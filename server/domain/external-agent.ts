/** External Agent Protocol 1.0: what an agent of its own may say (api.md, External Agent Protocol). */
import { z } from 'zod';
import { agentNamePattern, agentTypes, type Capability, mayHoldPrimary } from './agent.ts';
import { capability } from './agent-input.ts';
import { artifactPath } from './artifact-path.ts';
import { failureClasses } from './attempt.ts';
import { invalid } from './errors.ts';
import { storable, text } from './text.ts';

export const protocolVersion = '1.0';

/** What an agent says of itself; `online` is taken as another word for `healthy`. */
export const reportedStatuses = ['healthy', 'online', 'degraded', 'busy', 'offline'] as const;
export type ReportedStatus = (typeof reportedStatuses)[number];

/** How long an enrolment code is good for, in seconds: an hour unless the lead says otherwise. */
const codeSeconds = { fallback: 3_600, max: 604_800 } as const;

/** An attempt without a report for so many heartbeats is lost; an offer nobody takes for as long has failed. */
export const leaseHeartbeats = 10;

/** What one attempt may send in all: reports and bytes. */
export const reportBounds = { events: 20_000, bytes: 32 * 1024 * 1024 } as const;

const count = (label: string, max = Number.MAX_SAFE_INTEGER) =>
  z.int(`${label} is a whole number`).min(0, `${label} is at least 0`).max(max, `${label} is at most ${max}`);
const bag = (label: string) =>
  z
    .record(z.string().max(200), z.unknown(), `${label} is an object`)
    .refine((value) => JSON.stringify(value).length <= 16_384, `${label} may have at most 16 KiB`);
const epoch = z.int('The epoch is a whole number').min(1, 'The epoch is at least 1');
/** Of the offer it is about: a report that is late or sent again is told from one on the next offer of the same epoch. */
const turn = z.int('The turn is a whole number').min(1, 'The turn is at least 1').optional();

/** A lead's wish for a code. With `agent` (id or name) the code is for enrolling that external agent anew. */
export const enrolmentCodeInput = z.strictObject({
  expiresInSeconds: z
    .int('Give whole seconds')
    .min(60, 'A code lives for at least 60 seconds')
    .max(codeSeconds.max, 'A code lives for at most 7 days')
    .default(codeSeconds.fallback),
  agent: text('The agent', 1, 50).optional(),
});

/** An address tasks are posted to; whether it may be called at all is judged by who calls it. */
const endpointUrl = z
  .url({ protocol: /^https?$/, error: 'Give an http or https address' })
  .max(2_000, 'The address is too long')
  .refine((value) => !/[?#]/.test(value), 'The address has neither a query nor a fragment')
  .refine((value) => {
    const url = URL.parse(value);
    return url !== null && url.username === '' && url.password === '';
  }, 'The address carries a user name or password');

/** How an agent enrols itself. What it can do counts as primary where its type may hold that, else as secondary. */
export const registerInput = z.strictObject({
  enrolmentCode: z.string({ error: 'Send the enrolment code' }).min(1, 'Send the enrolment code').max(200),
  protocolVersion: z.literal(protocolVersion, `The protocol version is "${protocolVersion}"`),
  name: z
    .string({ error: 'Name the agent' })
    .regex(agentNamePattern, 'A name is AGENT- and capital letters, digits or hyphens, 5 to 50 characters in all'),
  version: text('The version', 1, 100),
  agentType: z.enum(agentTypes, { error: `Choose one of ${agentTypes.join(', ')}` }),
  capabilities: z
    .array(capability, { error: 'Name the capabilities' })
    .min(1, 'Name at least one capability')
    .max(100, 'Too many capabilities'),
  endpointUrl: endpointUrl.nullish(),
  maxConcurrentTasks: z
    .int('The number of tasks at once is a whole number')
    .min(1, 'At least 1 task at once')
    .max(50, 'At most 50 tasks at once')
    .default(1),
  metadata: bag('The metadata').default({}),
});
export type RegisterInput = z.infer<typeof registerInput>;

/** The capabilities as an agent row holds them; INVALID when its type may hold none of them as primary. */
export function enrolledCapabilities(input: Pick<RegisterInput, 'agentType' | 'capabilities'>): {
  primary: Capability[];
  secondary: Capability[];
} {
  const all = [...new Set(input.capabilities)];
  const primary = all.filter((one) => mayHoldPrimary(input.agentType, one));
  if (primary.length === 0)
    throw invalid([
      { path: 'capabilities', message: `An agent of the type ${input.agentType} holds none of these as primary` },
    ]);
  return { primary, secondary: all.filter((one) => !primary.includes(one)) };
}

export const heartbeatInput = z.strictObject({
  status: z.enum(reportedStatuses, { error: `Say one of ${reportedStatuses.join(', ')}` }),
  currentLoad: z
    .number({ error: 'The load is a number from 0 to 1' })
    .min(0, 'The load is at least 0')
    .max(1, 'The load is at most 1')
    .default(0),
  /** A number, or the ids of the attempts. */
  tasksInProgress: z
    .union(
      [count('The number of tasks', 1_000), z.array(z.guid()).max(1_000)],
      'Give a number or a list of attempt ids',
    )
    .default(0),
  metrics: bag('The metrics').default({}),
});
export type HeartbeatInput = z.infer<typeof heartbeatInput>;

/** One file of a result: its whole content, or a unified diff. */
const artifactFields = {
  path: artifactPath,
  content: storable('The content').optional(),
  /** `base64` for what is no text. */
  encoding: z.enum(['utf8', 'base64'], 'The encoding is utf8 or base64').optional(),
  patch: storable('The patch').min(1, 'The patch is empty').optional(),
  mimeType: text('The MIME type', 1, 200).optional(),
};
type ArtifactFields = { content?: string | undefined; patch?: string | undefined; encoding?: string | undefined };
const oneOfTwo = ({ value, issues }: z.core.ParsePayload<ArtifactFields>) => {
  if ((value.content === undefined) === (value.patch === undefined))
    issues.push({ code: 'custom', input: value, path: ['content'], message: 'Send either content or a patch' });
  else if (value.encoding !== undefined && value.content === undefined)
    issues.push({ code: 'custom', input: value, path: ['encoding'], message: 'Only a content has an encoding' });
  else if (value.encoding === 'base64' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(value.content ?? ''))
    issues.push({ code: 'custom', input: value, path: ['content'], message: 'This is not base64' });
};
const artifact = z.strictObject(artifactFields).check(oneOfTwo);
export type Artifact = z.infer<typeof artifact>;

const tokens = z.strictObject({ input: count('Input tokens'), output: count('Output tokens') });
const costUsd = z.number({ error: 'The cost is a number' }).min(0, 'The cost is at least 0').max(1e6).nullish();
const key = text('The key', 1, 200).optional();

/** One report of progress, fields flat. The same `key` again within an attempt is the same report. */
const progressEvent = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('output'), key, text: storable('The text').min(1).max(262_144) }),
    z
      .strictObject({
        type: z.literal('progress'),
        key,
        note: text('The note', 1, 2_000).optional(),
        message: text('The message', 1, 2_000).optional(),
        percent: z.number().min(0, 'At least 0').max(100, 'At most 100').optional(),
      })
      .check(({ value, issues }) => {
        if (value.note === undefined && value.message === undefined && value.percent === undefined)
          issues.push({
            code: 'custom',
            input: value,
            path: ['note'],
            message: 'Say how far it is: a note or a percent',
          });
      }),
    z.strictObject({
      type: z.literal('usage'),
      key,
      inputTokens: count('Input tokens').default(0),
      outputTokens: count('Output tokens').default(0),
      reasoningTokens: count('Reasoning tokens').default(0),
      cacheReadTokens: count('Cache read tokens').default(0),
      cacheWriteTokens: count('Cache write tokens').default(0),
      costUsd,
    }),
    z.strictObject({ type: z.literal('artifact'), key, ...artifactFields }).check(oneOfTwo),
    z
      .strictObject({
        type: z.literal('ask'),
        /** The agent's own name of the ask; the answer comes under it. */
        key: text('The key', 1, 200),
        kind: z.enum(['permission', 'question'], 'The kind is permission or question').default('question'),
        title: text('The title', 1, 200),
        question: text('The question', 1, 10_000).optional(),
        options: z
          .array(text('An option', 1, 200))
          .max(20)
          .default([]),
        command: text('The command', 1, 10_000).optional(),
        paths: z
          .array(text('A path', 1, 1_000))
          .max(100)
          .default([]),
      })
      .check(({ value, issues }) => {
        if (value.kind === 'question' && value.question === undefined)
          issues.push({ code: 'custom', input: value, path: ['question'], message: 'A question needs its text' });
      }),
  ],
  { error: 'The type is one of output, progress, usage, artifact, ask' },
);
export type ProgressEvent = z.infer<typeof progressEvent>;

/** A batch of reports; an empty one renews the lease and fetches answers. */
export const eventsInput = z.strictObject({
  epoch,
  turn,
  events: z.array(progressEvent, { error: 'Send a list of events' }).max(200, 'At most 200 events at once'),
});

const failure = z.union(
  [
    text('The error', 1, 10_000).transform((message) => ({ code: null, message })),
    z.strictObject({
      code: z.enum(failureClasses, { error: `The code is one of ${failureClasses.join(', ')}` }).nullish(),
      message: text('The message', 1, 10_000),
    }),
  ],
  'Say what went wrong: a text, or { code, message }',
);

export const resultInput = z
  .strictObject({
    epoch,
    turn,
    status: z.enum(['completed', 'failed'], 'The status is completed or failed'),
    artifacts: z
      .array(artifact, { error: 'The artifacts are a list' })
      .max(1_000, 'At most 1,000 artifacts')
      .default([]),
    output: storable('The output').max(262_144, 'The output may have at most 262,144 characters').default(''),
    error: failure.nullish(),
    executionTimeMs: count('The execution time').optional(),
    tokens: tokens.optional(),
    costUsd,
  })
  .check(({ value, issues }) => {
    if (value.status === 'failed' && (value.error === undefined || value.error === null))
      issues.push({ code: 'custom', input: value, path: ['error'], message: 'A failure says what went wrong' });
  });
export type ResultInput = z.infer<typeof resultInput>;

/** What a claim, a heartbeat and a report are answered with beside their own. */
export type AgentCommand =
  /** It is to take nothing new; what it works on goes on. Repeated with each heartbeat while it drains. */
  | { type: 'drain' }
  /** These are over or nobody's any more: stop working on them; reports on them are refused. */
  | { type: 'abort'; attemptIds: string[] }
  /** The attempt goes on under another owner: reports carry this epoch from now on. */
  | { type: 'epoch'; attemptId: string; epoch: number }
  /** A person's answer to an ask; repeated until the attempt ends. */
  | {
      type: 'answer';
      attemptId: string;
      key: string;
      decision: string | null;
      answers: string[];
      message: string | null;
    };

/** What is known of an agent outside beyond its row. */
export interface ExternalAgent {
  readonly agentId: string;
  readonly teamId: string;
  readonly endpointUrl: string | null;
  readonly softwareVersion: string;
  readonly protocolVersion: string;
  /** Its token and secret are gone. */
  readonly revoked: boolean;
  readonly status: ReportedStatus | null;
  readonly currentLoad: number | null;
  readonly tasksInProgress: number | null;
  readonly metrics: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  readonly registeredAt: Date;
}
