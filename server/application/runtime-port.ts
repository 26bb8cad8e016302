/** Runtimes beside the embedded one: what the store keeps of them, and who speaks with them. */
import type { CircuitState, Runtime, RuntimeKind, RuntimeState } from '../domain/runtime.ts';

/** What one look at a runtime found. */
export interface RuntimeSight {
  state: RuntimeState;
  detail: string;
  softwareVersion: string | null;
  circuit: CircuitState;
  parkedUntil: Date | null;
  /** Null: not asked this time. */
  models: string[] | null;
  filesSeen: boolean;
  /** Whether it answered since the look before. */
  answered: boolean;
}

export interface RuntimeRecordStore {
  /** The team's runtimes and the shared ones, by name. */
  list(teamId: string): Promise<Runtime[]>;
  get(teamId: string, id: string): Promise<Runtime | null>;
  /** Every enabled external OpenCode of every team, with what opens it. */
  watched(): Promise<(Runtime & { teamId: string; credentials: string })[]>;
  create(row: {
    id: string;
    teamId: string;
    name: string;
    url: string;
    username: string;
    credentials: string;
    capacity: number;
    sight: RuntimeSight;
  }): Promise<Runtime>;
  /** Guarded by the version when given; version + 1. */
  update(
    teamId: string,
    id: string,
    patch: { name?: string; capacity?: number; draining?: boolean; gatewayTokenHash?: string | null },
    version?: number,
  ): Promise<Runtime>;
  /** Takes it off; CONFLICT while attempts run on it or agents stand on it. Its name is free again. */
  remove(teamId: string, id: string): Promise<void>;
  /** Notes a look; true when state, circuit, detail or parking changed by it. */
  observe(id: string, sight: RuntimeSight): Promise<boolean>;
  /** NOT_FOUND for one that never was; a removed one keeps its kind. */
  kindOf(id: string): Promise<RuntimeKind>;
  /** The runtime that presents this token at the gateway. */
  byGatewayToken(hash: string): Promise<string | null>;
  /** Attempts that were given up on this runtime within a day, since the runtime was gone: they may still run there. */
  lost(id: string): Promise<string[]>;
}

/** How to speak with a server that is not ours. */
export interface RuntimeTarget {
  id: string;
  url: string;
  username: string;
  password: string;
}

/** The connections of this process to the external servers. */
export interface RuntimeFleet {
  /** Watches exactly these from now on. */
  keep(targets: readonly RuntimeTarget[]): void;
  /** What is known of one at this moment; null when it is not watched. */
  sight(id: string): RuntimeSight | null;
  /** Looks at it now. */
  check(id: string): Promise<RuntimeSight | null>;
  /** Looks at a server nobody has enrolled yet. INVALID on `url` or `password` with the reason. */
  probe(target: Omit<RuntimeTarget, 'id'>): Promise<RuntimeSight>;
  /** `provider/model` of an attempt that names none. */
  defaultModel(): string;
  /** A configuration for its `opencode.json` that leads to our model gateway. */
  configFor(token: string): string;
}
