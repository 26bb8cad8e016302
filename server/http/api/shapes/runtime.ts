import { z } from 'zod';
import { circuitStates, runtimeKinds, runtimeStates } from '../../../domain/runtime.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

export const runtimeShape = z
  .strictObject({
    id,
    version: z.int(),
    kind: z.enum(runtimeKinds),
    name: z.string(),
    /** False: it is shared by every team. */
    own: z.boolean(),
    state: z.enum(runtimeStates),
    detail: z.string(),
    softwareVersion: z.string().nullable(),
    circuit: z.enum(circuitStates),
    /** Until when its provider is out of quota. */
    parkedUntil: time.nullable(),
    lastSeenAt: time.nullable(),
    url: z.string().nullable(),
    username: z.string().nullable(),
    /** Attempts at once; null: what its agents may. */
    capacity: count.nullable(),
    draining: z.boolean(),
    /** Open attempts on it, and their sessions. */
    attempts: count,
    sessions: count,
    agents: count,
    models: z.array(z.string()),
    /** When it was last seen to read our files. */
    filesSeenAt: time.nullable(),
    gatewayToken: z.boolean(),
    /** Of our own process, on the instance that answers. */
    process: z
      .strictObject({
        pid: z.int().nullable(),
        residentBytes: count.nullable(),
        startedAt: time.nullable(),
        restarts: count,
      })
      .nullable(),
    createdAt: time,
  })
  .meta({ id: 'Runtime' });

export function runtimeOut(runtime: Answered<'runtimes', 'get'>): z.output<typeof runtimeShape> {
  const { process } = runtime;
  return {
    id: runtime.id,
    version: runtime.version,
    kind: runtime.kind,
    name: runtime.name,
    own: runtime.teamId !== null,
    state: runtime.state,
    detail: runtime.detail,
    softwareVersion: runtime.softwareVersion,
    circuit: runtime.circuit,
    parkedUntil: iso(runtime.parkedUntil),
    lastSeenAt: iso(runtime.lastSeenAt),
    url: runtime.url,
    username: runtime.username,
    capacity: runtime.capacity,
    draining: runtime.draining,
    attempts: runtime.open,
    sessions: runtime.sessions,
    agents: runtime.agents,
    models: [...runtime.models],
    filesSeenAt: iso(runtime.filesSeenAt),
    gatewayToken: runtime.hasGatewayToken,
    process: process && { ...process, startedAt: iso(process.startedAt) },
    createdAt: iso(runtime.createdAt),
  };
}

export const gatewayTokenShape = z
  .strictObject({ token: z.string(), config: z.string() })
  .meta({ id: 'RuntimeGatewayToken' });
