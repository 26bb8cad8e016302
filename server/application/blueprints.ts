import type { Actor } from '../domain/actor.ts';
import type { BlueprintParameter } from '../domain/blueprint.ts';
import type { BlueprintOrigin } from '../domain/blueprint-catalogue.ts';
import type { PlanPreview } from '../domain/plan-preview.ts';
import type { Deps } from './deps.ts';

/** A blueprint in the catalogue's list. */
export interface BlueprintSummary {
  key: string;
  name: string;
  version: string;
  description: string;
  parameters: readonly BlueprintParameter[];
  origin: BlueprintOrigin;
  /** SHA-256 of the YAML. */
  checksum: string;
  versions: number;
  /** Of the plan with the default parameters. */
  tasks: number;
  hours: number;
  createdAt: Date | null;
}

export interface BlueprintView extends BlueprintSummary {
  yaml: string;
  history: { version: string; checksum: string; origin: BlueprintOrigin; createdAt: Date | null }[];
  preview: PlanPreview;
}

/** The catalogue: built in, written here, imported (domain.md 4). */
export function createBlueprints(deps: Deps) {
  return {
    async list(actor: Actor): Promise<BlueprintSummary[]> {
      return soon(deps, actor);
    },
    /** NOT_FOUND for an unknown key or version. */
    async get(actor: Actor, key: string, version?: string): Promise<BlueprintView> {
      return soon(deps, actor, key, version);
    },
    /** From `{ yaml }`; INVALID names line or field. A key of the built-in ones is refused. */
    async create(actor: Actor, raw: unknown): Promise<BlueprintView> {
      return soon(deps, actor, raw);
    },
    /** From `{ kind: directory|git|https, … }`; answers what was taken into the catalogue. */
    async import(actor: Actor, raw: unknown): Promise<BlueprintView[]> {
      return soon(deps, actor, raw);
    },
    async remove(actor: Actor, key: string): Promise<void> {
      return soon(deps, actor, key);
    },
    /** From `{ yaml }` or `{ key, version? }`, with `parameters?, title?, prompt?, parallelism?, repositoryId?`. Writes nothing. */
    async preview(actor: Actor, raw: unknown): Promise<PlanPreview> {
      return soon(deps, actor, raw);
    },
    /** A session's graph as a blueprint of the catalogue: `{ key, name, description? }`. */
    async fromSession(actor: Actor, ref: string, raw: unknown): Promise<BlueprintView> {
      return soon(deps, actor, ref, raw);
    },
    /** JSON Schema of a blueprint file. */
    schema(): object {
      throw new Error(String(deps));
    },
  };
}

// Filled in by the verbs' own change; every call says so until then.
function soon(..._given: unknown[]): never {
  throw new Error('This verb is being written.');
}
