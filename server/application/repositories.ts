import { type Actor, authorize } from '../domain/actor.ts';
import { DomainError, invalidFromZod } from '../domain/errors.ts';
import { createRepositoryInput, updateRepositoryInput } from '../domain/repository.ts';
import type { Deps } from './deps.ts';
import type { Page, PageRequest, Repository, RepositoryChoice } from './team-port.ts';
import { teamOf } from './tokens.ts';

/** The git repositories sessions work on. What git says of one is read at registration (engine.md 3, workspace). */
export function createRepositories(deps: Deps) {
  const { store, workspaces, secrets } = deps;
  const subject = (actor: Actor) => ({ teamId: teamOf(actor), resource: 'repositories' as const });

  async function existing(actor: Actor, id: string): Promise<Repository> {
    const repository = await store.repositories.get(teamOf(actor), id);
    if (!repository) throw new DomainError('NOT_FOUND', 'No such repository.');
    return repository;
  }

  return {
    /** With a warning where sessions will not see everything that is there. */
    async create(actor: Actor, raw: unknown): Promise<Repository & { warning: string | null }> {
      authorize(actor, 'repository.manage', { teamId: teamOf(actor) });
      const parsed = createRepositoryInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const input = parsed.data;
      const facts = await workspaces.inspect(input.source, input.baseBranch ?? null);
      return store.transaction(async (tx) => {
        const repository = await tx.repositories.create({
          id: secrets.uuid(),
          teamId: teamOf(actor),
          name: input.name ?? facts.name,
          source: facts.source,
          kind: facts.kind,
          baseBranch: facts.baseBranch,
          setup: input.setup ?? [],
          verify: input.verify ?? facts.suggestedVerify,
          createdBy: actor.kind === 'user' ? actor.id : actor.kind === 'token' ? actor.userId : null,
        });
        await tx.audit.append({
          teamId: teamOf(actor),
          actor,
          action: 'repository.created',
          subject: { kind: 'repository', id: repository.id },
          after: { name: repository.name, baseBranch: repository.baseBranch },
        });
        const warning = facts.dirty
          ? `It has uncommitted changes; sessions start from the last commit of ${facts.baseBranch} and do not see them.`
          : null;
        return { ...repository, warning };
      });
    },

    async get(actor: Actor, id: string): Promise<Repository> {
      authorize(actor, 'read', subject(actor));
      return existing(actor, id);
    },

    async list(actor: Actor, page: PageRequest): Promise<Page<Repository>> {
      authorize(actor, 'read', subject(actor));
      return store.repositories.list(teamOf(actor), page);
    },

    async choices(actor: Actor): Promise<RepositoryChoice[]> {
      authorize(actor, 'read', subject(actor));
      return store.repositories.choices(teamOf(actor));
    },

    async update(actor: Actor, id: string, raw: unknown, version?: number): Promise<Repository> {
      authorize(actor, 'repository.manage', { teamId: teamOf(actor) });
      const parsed = updateRepositoryInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const before = await existing(actor, id);
      if (parsed.data.baseBranch && parsed.data.baseBranch !== before.baseBranch)
        await workspaces.inspect(before.source, parsed.data.baseBranch);
      return store.transaction(async (tx) => {
        const after = await tx.repositories.update(teamOf(actor), id, defined(parsed.data), version);
        await tx.audit.append({
          teamId: teamOf(actor),
          actor,
          action: 'repository.updated',
          subject: { kind: 'repository', id },
          before: facts(before),
          after: facts(after),
        });
        return after;
      });
    },

    /** Takes it off the list; its sessions stay. CONFLICT while one of them is still active. */
    async remove(actor: Actor, id: string): Promise<void> {
      authorize(actor, 'repository.manage', { teamId: teamOf(actor) });
      await existing(actor, id);
      await store.transaction(async (tx) => {
        await tx.repositories.remove(teamOf(actor), id);
        await tx.audit.append({
          teamId: teamOf(actor),
          actor,
          action: 'repository.removed',
          subject: { kind: 'repository', id },
        });
      });
    },
  };
}

const facts = ({ name, baseBranch, setup, verify }: Repository) => ({ name, baseBranch, setup, verify });

/** The fields that were really given: an absent field is not a change to nothing. */
export function defined<T extends object>(input: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
