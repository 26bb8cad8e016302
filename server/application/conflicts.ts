import type { Actor } from '../domain/actor.ts';
import type { Conflict, ConflictStatus } from '../domain/conflict.ts';
import type { Deps } from './deps.ts';
import type { ConflictSide } from './git-port.ts';
import type { Page, PageRequest } from './team-port.ts';

export type ConflictRow = Conflict & { sessionSlug: string; sessionTitle: string; taskTitle: string };
export type ConflictView = ConflictRow & { sides: ConflictSide[]; taskKey: string; attemptNumber: number };

/** Merge conflicts with both sides (domain.md 5). */
export function createConflicts(deps: Deps) {
  return {
    async list(
      actor: Actor,
      filter: { status?: readonly ConflictStatus[] | undefined; sessionId?: string | undefined },
      page: PageRequest,
    ): Promise<Page<ConflictRow>> {
      return soon(deps, actor, filter, page);
    },
    async get(actor: Actor, id: string): Promise<ConflictView> {
      return soon(deps, actor, id);
    },
    /** `{ files: [{ path, choice, content? }] }`, one for each conflicting file; INVALID names what is missing or still holds markers. */
    async resolve(actor: Actor, id: string, raw: unknown): Promise<Conflict> {
      return soon(deps, actor, id, raw);
    },
    /** Gives a conflict that waits for a person to an agent again. */
    async handToAgent(actor: Actor, id: string): Promise<Conflict> {
      return soon(deps, actor, id);
    },
  };
}

// Filled in by the verbs' own change; every call says so until then.
function soon(..._given: unknown[]): never {
  throw new Error('This verb is being written.');
}
