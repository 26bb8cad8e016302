/** Where attempts run (engine.md 6), and what a person may say of one. */
import { z } from 'zod';
import { text } from './text.ts';

/** Our own OpenCode, somebody's OpenCode elsewhere, or an agent that speaks EAP. */
export const runtimeKinds = ['opencode_embedded', 'opencode_external', 'external_agent'] as const;
export type RuntimeKind = (typeof runtimeKinds)[number];

export const runtimeStates = ['starting', 'online', 'degraded', 'parked', 'offline'] as const;
export type RuntimeState = (typeof runtimeStates)[number];

export const circuitStates = ['closed', 'open', 'half_open'] as const;
export type CircuitState = (typeof circuitStates)[number];

const capacity = z
  .int('The capacity is a whole number of attempts')
  .min(1, 'A runtime takes at least 1 attempt at once')
  .max(64, 'A runtime takes at most 64 attempts at once');

const url = z
  .string({ error: 'Give the address of the server' })
  .trim()
  .max(500, 'The address is too long')
  .refine((value) => /^https?:\/\//i.test(value) && URL.canParse(value), 'Give an address such as https://host:4096')
  .refine((value) => {
    const parsed = URL.canParse(value) ? new URL(value) : null;
    return parsed === null || (parsed.username === '' && parsed.password === '');
  }, 'Give user name and password in their own fields: in the address they would be kept in clear')
  .refine((value) => !/[?#]/.test(value), 'The address has no query and no fragment')
  .transform((value) => value.replace(/\/+$/, ''));

export const runtimeName = text('The name', 1, 60).regex(
  /^[A-Za-z0-9][A-Za-z0-9._ -]*$/,
  'A name is letters, digits, spaces, dots, hyphens and underscores',
);

/** A server to enrol; it is asked before it is kept. */
export const enrolRuntimeInput = z.strictObject({
  name: runtimeName,
  url,
  username: text('The user name', 1, 100).default('opencode'),
  password: text('The password', 1, 500),
  capacity: capacity.default(4),
});

export const updateRuntimeInput = z.strictObject({ name: runtimeName.optional(), capacity: capacity.optional() });

/** Facts of a runtime that decide whether a further attempt may start on it. */
export interface RuntimeRoom {
  readonly kind: RuntimeKind;
  readonly state: RuntimeState;
  readonly detail: string;
  readonly enabled: boolean;
  readonly draining: boolean;
  readonly capacity: number | null;
  readonly open: number;
  readonly models: readonly string[];
}

/** Whether every place of a server elsewhere is taken; of our own OpenCode each instance counts by itself. */
export function isFull({ kind, capacity, open }: RuntimeRoom): boolean {
  return kind === 'opencode_external' && capacity !== null && open >= capacity;
}

/**
 * Why no new attempt may start on a runtime, as the end of "has a runtime that …"; null when one may. `model` is what the
 * attempt would name. Circuit and quota are routing's own affair.
 */
export function roomRefusal(room: RuntimeRoom, model: string): string | null {
  if (!room.enabled) return 'is disabled';
  if (room.draining) return 'is draining and takes no new work';
  if (room.state === 'starting' || room.state === 'offline' || room.state === 'degraded')
    return `is ${room.state}${room.detail === '' ? '' : `: ${room.detail}`}`;
  // The embedded one is given every model of the gateway.
  if (room.kind === 'opencode_external' && !room.models.includes(model)) return `has no model ${model}`;
  return null;
}

/** A runtime as it is kept; its secrets are not part of it. */
export interface Runtime extends RuntimeRoom {
  readonly id: string;
  /** Null: shared by every team of this installation. */
  readonly teamId: string | null;
  readonly version: number;
  readonly kind: RuntimeKind;
  readonly name: string;
  readonly state: RuntimeState;
  readonly detail: string;
  readonly softwareVersion: string | null;
  readonly circuit: CircuitState;
  readonly parkedUntil: Date | null;
  readonly lastSeenAt: Date | null;
  readonly url: string | null;
  readonly username: string | null;
  /** Open attempts on it now, and the sessions they belong to. */
  readonly open: number;
  readonly sessions: number;
  readonly agents: number;
  readonly models: string[];
  /** When it was last seen to read our files. */
  readonly filesSeenAt: Date | null;
  /** Whether it has a token for the model gateway. */
  readonly hasGatewayToken: boolean;
  readonly createdAt: Date;
}

/** A runtime as people see it; of our own process also what it takes of this machine. */
export interface RuntimeView extends Runtime {
  readonly process: {
    readonly pid: number | null;
    readonly residentBytes: number | null;
    readonly startedAt: Date | null;
    readonly restarts: number;
  } | null;
}
