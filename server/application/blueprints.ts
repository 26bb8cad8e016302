import type { z } from 'zod';
import { type Actor, authorize } from '../domain/actor.ts';
import { type Blueprint, type BlueprintParameter, expandDefinition, unknownBlueprint } from '../domain/blueprint.ts';
import type { BlueprintOrigin } from '../domain/blueprint-catalogue.ts';
import { blueprintImport } from '../domain/blueprint-import.ts';
import { blueprintPreviewInput, blueprintTextInput, saveGraphInput } from '../domain/blueprint-input.ts';
import { blueprintOfGraph } from '../domain/blueprint-of-graph.ts';
import { blueprintJsonSchema } from '../domain/blueprint-schema.ts';
import { builtInBlueprints } from '../domain/built-in-blueprints.ts';
import { DomainError, errorCodeOf, invalid, invalidFromZod } from '../domain/errors.ts';
import { pert } from '../domain/estimate.ts';
import type { PlanPreview } from '../domain/plan-preview.ts';
import { keepBlueprints } from './blueprint-intake.ts';
import type { BlueprintText } from './blueprint-port.ts';
import { anySession, parseBlueprint, withPlaces } from './blueprint-text.ts';
import type { Deps } from './deps.ts';
import { graphOf } from './graph-view.ts';
import { previewPlan } from './plan-preview.ts';
import { findSession } from './sessions/find.ts';
import type { Tx } from './store-port.ts';
import { teamOf } from './tokens.ts';

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
  /** Why it cannot be used any more: it was kept by a version of this program that read it otherwise. */
  fault: string | null;
}

export interface BlueprintView extends BlueprintSummary {
  yaml: string;
  history: { version: string; checksum: string; origin: BlueprintOrigin; createdAt: Date | null }[];
  /** With the default parameters; without tasks where there is a `fault`. */
  preview: PlanPreview;
}

/** What reading the catalogue takes. */
export type Catalogue = Pick<Deps, 'blueprintFiles'> & { readonly store: Pick<Tx, 'blueprints'> };

/** The current blueprint of a key, built in or the team's own. Throws INVALID on `blueprint`, naming the known ones. */
export async function findBlueprint(deps: Catalogue, teamId: string, key: string): Promise<Blueprint> {
  const builtIn = builtInBlueprints.find((known) => known.key === key);
  if (builtIn !== undefined) return builtIn;
  const [stored] = await deps.store.blueprints.versions(teamId, key);
  if (stored !== undefined) return parseBlueprint(deps.blueprintFiles.readYaml, stored.yaml);
  throw unknownBlueprint(key, [...builtInBlueprints, ...(await deps.store.blueprints.current(teamId))]);
}

interface Entry extends Pick<BlueprintSummary, 'key' | 'name' | 'version' | 'description' | 'origin' | 'checksum'> {
  readonly yaml: string;
  readonly createdAt: Date | null;
}

/** The catalogue: built in, written here, imported (domain.md 4). */
export function createBlueprints(deps: Deps) {
  const { store, secrets, blueprintFiles } = deps;
  const { readYaml, writeYaml } = blueprintFiles;
  const builtIn = builtInBlueprints.map((blueprint): Entry => {
    const { key, name, version, description } = blueprint;
    const yaml = writeYaml(blueprint);
    const checksum = secrets.sha256(yaml);
    return { key, name, version, description, origin: { kind: 'built_in' }, yaml, checksum, createdAt: null };
  });
  // By checksum: the same text always reads the same.
  const known = new Map<string, ReturnType<typeof read>>();

  function read({ yaml }: Entry) {
    try {
      const blueprint = parseBlueprint(readYaml, yaml);
      return { blueprint, plan: expandDefinition(blueprint, {}, anySession), fault: null };
    } catch (error) {
      if (errorCodeOf(error) !== 'INVALID' || !(error instanceof Error)) throw error;
      return { blueprint: null, plan: [], fault: error.message };
    }
  }

  function factsOf(entry: Entry) {
    const facts = known.get(entry.checksum) ?? read(entry);
    if (known.size > 500) known.clear();
    known.set(entry.checksum, facts);
    return facts;
  }

  function summary(entry: Entry, versions: number): BlueprintSummary {
    const { key, name, version, description, origin, checksum, createdAt } = entry;
    const { blueprint, plan, fault } = factsOf(entry);
    const hours = plan.reduce((sum, task) => sum + pert(task.estimate).expected, 0);
    const parameters = blueprint?.parameters ?? [];
    const tasks = plan.length;
    return { key, name, version, description, parameters, origin, checksum, versions, tasks, hours, createdAt, fault };
  }

  async function versionsOf(teamId: string, key: string): Promise<readonly Entry[]> {
    const own = builtIn.filter((entry) => entry.key === key);
    return own.length > 0 ? own : store.blueprints.versions(teamId, key);
  }

  async function find(teamId: string, key: string, version: string | undefined) {
    const versions = await versionsOf(teamId, key);
    const entry = version === undefined ? versions[0] : versions.find((one) => one.version === version);
    if (entry !== undefined) return { entry, versions };
    const which = versions.length === 0 ? key : `${key} in version ${version}`;
    throw new DomainError('NOT_FOUND', `There is no blueprint ${which}.`);
  }

  async function view(teamId: string, key: string, version?: string): Promise<BlueprintView> {
    const { entry, versions } = await find(teamId, key, version);
    const { plan: tasks } = factsOf(entry);
    const plan = { teamId, repositoryId: null, blueprint: key, tasks, parallelism: 2 };
    return {
      ...summary(entry, versions.length),
      yaml: entry.yaml,
      history: versions.map(({ version, checksum, origin, createdAt }) => ({ version, checksum, origin, createdAt })),
      preview: await previewPlan(store, plan),
    };
  }

  const subject = (actor: Actor) => ({ teamId: teamOf(actor), resource: 'blueprints' as const });

  async function take(actor: Actor, texts: readonly BlueprintText[], action: string): Promise<BlueprintView[]> {
    const kept = await keepBlueprints(deps, actor, texts, action);
    return Promise.all(kept.map(({ key, version }) => view(teamOf(actor), key, version)));
  }

  return {
    /** The built-in ones first, then the team's own by key. */
    async list(actor: Actor): Promise<BlueprintSummary[]> {
      authorize(actor, 'read', subject(actor));
      const own = await store.blueprints.current(teamOf(actor));
      const counts = await Promise.all(own.map(({ key }) => store.blueprints.versions(teamOf(actor), key)));
      return [
        ...builtIn.map((entry) => summary(entry, 1)),
        ...own.map((entry, place) => summary(entry, counts[place]?.length ?? 1)),
      ];
    },

    /** NOT_FOUND for an unknown key or version. */
    async get(actor: Actor, key: string, version?: string): Promise<BlueprintView> {
      authorize(actor, 'read', subject(actor));
      return view(teamOf(actor), key, version);
    },

    /** From `{ yaml }`; INVALID names line or field. A key of the built-in ones is refused. */
    async create(actor: Actor, raw: unknown): Promise<BlueprintView> {
      authorize(actor, 'blueprint.manage', subject(actor));
      const { yaml } = parsed(blueprintTextInput, raw);
      const views = await take(actor, [{ name: 'yaml', yaml, origin: { kind: 'edited' } }], 'blueprint.created');
      return only(views);
    },

    /** From `{ kind: directory|git|https, … }`; answers what was taken into the catalogue: all that was found, or nothing. */
    async import(actor: Actor, raw: unknown): Promise<BlueprintView[]> {
      authorize(actor, 'blueprint.manage', subject(actor));
      const from = parsed(blueprintImport, raw);
      const { sources } = blueprintFiles;
      const texts =
        from.kind === 'directory'
          ? await sources.directory.read(from)
          : from.kind === 'git'
            ? await sources.git.read(from)
            : await sources.https.read(from);
      return take(actor, texts, 'blueprint.imported');
    },

    /** Every version of a key of the team's own. Sessions that were planned keep their tasks. */
    async remove(actor: Actor, key: string): Promise<void> {
      authorize(actor, 'blueprint.manage', subject(actor));
      const teamId = teamOf(actor);
      if (builtIn.some((entry) => entry.key === key))
        throw new DomainError('CONFLICT', `${key} is built in and cannot be removed.`);
      await store.transaction(async (tx) => {
        if (!(await tx.blueprints.remove(teamId, key)))
          throw new DomainError('NOT_FOUND', `There is no blueprint ${key}.`);
        const action = 'blueprint.removed';
        await tx.audit.append({ teamId, actor, action, subject: { kind: 'blueprint', id: key } });
      });
    },

    /** From `{ yaml }` or `{ key, version? }`, with `parameters?, title?, prompt?, parallelism?, repositoryId?`. Writes nothing. */
    async preview(actor: Actor, raw: unknown): Promise<PlanPreview> {
      authorize(actor, 'read', subject(actor));
      const teamId = teamOf(actor);
      const {
        yaml,
        key,
        version,
        parameters,
        repositoryId = null,
        parallelism,
        ...said
      } = parsed(blueprintPreviewInput, raw);
      const session = { title: said.title ?? anySession.title, prompt: said.prompt ?? anySession.prompt };
      if (repositoryId !== null && !(await store.repositories.get(teamId, repositoryId)))
        throw invalid([{ path: 'repositoryId', message: 'There is no such repository.' }]);
      const text = yaml ?? (await find(teamId, key ?? '', version)).entry.yaml;
      const blueprint = parseBlueprint(readYaml, text);
      const tasks = withPlaces(readYaml(text), () => expandDefinition(blueprint, parameters, session));
      return previewPlan(store, { teamId, repositoryId, blueprint: blueprint.key, tasks, parallelism });
    },

    /** A session's graph as a blueprint of the catalogue: `{ key, name, version?, description? }`. */
    async fromSession(actor: Actor, ref: string, raw: unknown): Promise<BlueprintView> {
      authorize(actor, 'blueprint.manage', subject(actor));
      const input = parsed(saveGraphInput, raw);
      const { id, slug, title } = await findSession(deps, actor, ref, 'read');
      const [tasks, stored] = await Promise.all([store.tasks.bySession(id), store.tasks.dependencies(id)]);
      const { edges } = graphOf(tasks, stored);
      const yaml = writeYaml(blueprintOfGraph({ ...input, title, tasks, edges }));
      const origin = { kind: 'session', sessionId: id, slug } as const;
      return only(await take(actor, [{ name: slug, yaml, origin }], 'blueprint.created'));
    },

    /** JSON Schema of a blueprint file. */
    schema(): object {
      return blueprintJsonSchema();
    },
  };
}

function parsed<T>(schema: z.ZodType<T>, raw: unknown): T {
  const result = schema.safeParse(raw);
  if (!result.success) throw invalidFromZod(result.error);
  return result.data;
}

function only(views: readonly BlueprintView[]): BlueprintView {
  const [view] = views;
  if (view === undefined) throw new Error('Nothing was taken into the catalogue');
  return view;
}
