/** Shared, versioned knowledge that agents and people read and write (domain.md 5). */

/** In order of permissiveness. */
export const contextScopes = ['temporary', 'session', 'agent', 'global'] as const;
export type ContextScope = (typeof contextScopes)[number];

export type ContextData = Readonly<Record<string, unknown>>;

export interface Context {
  readonly id: string;
  readonly teamId: string;
  readonly version: number;
  readonly name: string;
  readonly scope: ContextScope;
  readonly sessionId: string | null;
  readonly agentId: string | null;
  readonly data: ContextData;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date | null;
}

/** One leaf that changed, as the history keeps it. */
export interface ContextChange {
  readonly id: number;
  readonly contextId: string;
  /** The version this change made. */
  readonly version: number;
  readonly at: Date;
  readonly actor: { readonly kind: string; readonly id: string | null; readonly name: string };
  /** Dot notation; a dot inside a key is written `\.`. */
  readonly path: string;
  /** Absent when there was nothing (or is nothing any more): null is a value. */
  readonly before?: unknown;
  readonly after?: unknown;
}

export const mergeStrategies = ['last_write_wins', 'deep_merge', 'prefer_source', 'prefer_target', 'manual'] as const;
export type MergeStrategy = (typeof mergeStrategies)[number];
