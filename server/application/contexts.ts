import type { Actor } from '../domain/actor.ts';
import type { Context, ContextChange, ContextScope } from '../domain/context.ts';
import type { Deps } from './deps.ts';
import type { Page, PageRequest } from './team-port.ts';

export interface ContextDiff {
  from: number;
  to: number;
  added: Record<string, unknown>;
  removed: Record<string, unknown>;
  changed: Record<string, { before: unknown; after: unknown }>;
}

/** A path two contexts disagree on, and what was taken. `values` are by context id; `chosen` is the id, or null. */
export interface MergeConflict {
  path: string;
  values: Record<string, unknown>;
  chosen: string | null;
}

/** Shared knowledge (domain.md 5). */
export function createContexts(deps: Deps) {
  return {
    async list(
      actor: Actor,
      filter: {
        scope?: readonly ContextScope[] | undefined;
        sessionId?: string | undefined;
        agentId?: string | undefined;
        q?: string | undefined;
      },
      page: PageRequest,
    ): Promise<Page<Context>> {
      return soon(deps, actor, filter, page);
    },
    /** `{ scope, name?, sessionId?, agentId?, data?, metadata? }` */
    async create(actor: Actor, raw: unknown): Promise<Context> {
      return soon(deps, actor, raw);
    },
    async get(actor: Actor, id: string): Promise<Context> {
      return soon(deps, actor, id);
    },
    /** `{ set?, unset? }`; a stale version is CONFLICT with both versions and the conflicting keys. */
    async patch(
      actor: Actor,
      id: string,
      raw: unknown,
      options: { version?: number | undefined } = {},
    ): Promise<Context> {
      return soon(deps, actor, id, raw, options);
    },
    async remove(actor: Actor, id: string): Promise<void> {
      return soon(deps, actor, id);
    },
    async getKey(actor: Actor, id: string, path: string): Promise<{ path: string; value: unknown; version: number }> {
      return soon(deps, actor, id, path);
    },
    async setKey(
      actor: Actor,
      id: string,
      path: string,
      raw: unknown,
      options: { version?: number | undefined } = {},
    ): Promise<{ path: string; value: unknown; version: number }> {
      return soon(deps, actor, id, path, raw, options);
    },
    async unsetKey(
      actor: Actor,
      id: string,
      path: string,
      options: { version?: number | undefined } = {},
    ): Promise<void> {
      return soon(deps, actor, id, path, options);
    },
    async history(
      actor: Actor,
      id: string,
      query: { limit?: number | undefined; before?: number | undefined } = {},
    ): Promise<ContextChange[]> {
      return soon(deps, actor, id, query);
    },
    async diff(actor: Actor, id: string, query: { from: number; to?: number | undefined }): Promise<ContextDiff> {
      return soon(deps, actor, id, query);
    },
    async share(actor: Actor, id: string, raw: unknown): Promise<Context> {
      return soon(deps, actor, id, raw);
    },
    async promote(actor: Actor, id: string): Promise<Context> {
      return soon(deps, actor, id);
    },
    /** `{ targetId, sourceIds, strategy, resolutions?: { [path]: contextId } }` → a new context; manual with conflicts → CONFLICT holding them. */
    async merge(actor: Actor, raw: unknown): Promise<{ context: Context; conflicts: MergeConflict[] }> {
      return soon(deps, actor, raw);
    },
    /** What a session's agents see: its own contexts and the team's global ones. */
    async ofSession(actor: Actor, ref: string): Promise<Context[]> {
      return soon(deps, actor, ref);
    },
  };
}

// Filled in by the verbs' own change; every call says so until then.
function soon(..._given: unknown[]): never {
  throw new Error('This verb is being written.');
}
