/** The store's verbs for the processes that share it; `ports.ts` holds the other ports. */
import type { LoopHealth } from '../domain/instance.ts';
import type { RuntimeState } from './ports.ts';

/** Who this process is, and how it fares at the moment it is asked. */
export interface InstanceSelf {
  /** Of its data directory: the same over all its starts. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly url: string;
  readonly clustered: boolean;
  readonly startedAt: Date;
  vitals(): { loops: readonly LoopHealth[]; sessions: number; attempts: number };
  /** How it speaks with the other instances at this moment. */
  coordination(): CoordinationFacts;
}

export interface CoordinationFacts {
  kind: 'in_process' | 'redis';
  ok: boolean;
  detail: string;
}

export interface DatabaseFacts {
  kind: 'pglite' | 'postgres';
  version: string;
  bytes: number;
}

export interface InstanceReport {
  id: string;
  owner: string;
  host: string;
  pid: number;
  version: string;
  url: string;
  clustered: boolean;
  startedAt: Date;
  sessions: number;
  attempts: number;
  loops: LoopHealth[];
  runtimeState: RuntimeState;
  runtimeDetail: string;
  runtimeVersion: string | null;
  circuit: 'closed' | 'open' | 'half_open';
  parkedUntil: Date | null;
}

export interface Instance extends InstanceReport {
  lastSeenAt: Date;
  /** Since `lastSeenAt`, by database time. */
  ageSeconds: number;
  stopping: boolean;
  /** Sessions it holds a lease of that has not run out. */
  leases: number;
}

/** Commits of sessions whose mirrors are each instance's own, as git bundles. */
export interface SessionWorkStore {
  /** Oldest first: each bundle needs what those before it hold. */
  commits(sessionId: string): Promise<string[]>;
  /** Once per commit. */
  put(sessionId: string, commit: string, bundle: Uint8Array): Promise<void>;
  get(sessionId: string, commit: string): Promise<Uint8Array | null>;
}

export interface InstanceStore {
  /** Writes what an instance is at this moment of the database's; a later start of the same directory takes the row. */
  report(report: InstanceReport): Promise<void>;
  /** Says that an instance is leaving by itself. */
  leave(id: string): Promise<void>;
  database(): Promise<DatabaseFacts>;
  /** Every instance that was ever here in the last week, the living first. */
  list(): Promise<Instance[]>;
}
