import { type Actor, authorize } from '../domain/actor.ts';
import { DomainError, invalidFromZod } from '../domain/errors.ts';
import { forceReleaseInput } from '../domain/lock-input.ts';
import type { LockHolding, LockSnapshot } from './coordination-port.ts';
import type { Deps } from './deps.ts';
import { teamOf } from './tokens.ts';

export interface LocksView extends LockSnapshot {
  /** What each resource is called by people, by its name. */
  readonly names: Readonly<Record<string, string>>;
  /** Queues of other teams, which are theirs to see. */
  readonly others: number;
}

/** The locks of the team's repositories and sessions, for admins (engine.md 5). */
export function createLocks(deps: Pick<Deps, 'store' | 'locks'>) {
  const { store, locks } = deps;

  /** What people call it; null when it is another team's, or nothing that belongs to a team. */
  async function nameOf(teamId: string, resource: string): Promise<string | null> {
    const [kind = '', id = ''] = resource.split(':');
    if (kind === 'repository' || kind === 'path')
      return (await store.repositories.get(teamId, id, { removed: true }))?.name ?? null;
    return kind === 'session' ? ((await store.sessions.get(teamId, id))?.slug ?? null) : null;
  }

  return {
    /** Who holds what, who waits, and who waits for whom. UNAVAILABLE when the Redis that keeps them does not answer. */
    async view(actor: Actor): Promise<LocksView> {
      authorize(actor, 'team.manage');
      const teamId = teamOf(actor);
      const snapshot = await locks.snapshot();
      const names: Record<string, string> = {};
      for (const { resource } of snapshot.queues) {
        const name = await nameOf(teamId, resource);
        if (name !== null) names[resource] = name;
      }
      const own = (resource: string) => resource in names;
      const queues = snapshot.queues.filter(({ resource }) => own(resource));
      const edges = snapshot.edges.filter(({ resource }) => own(resource));
      return { kind: snapshot.kind, queues, edges, names, others: snapshot.queues.length - queues.length };
    },

    /**
     * Takes a lock away from whoever holds it: they are told at once, and whatever they write under it afterwards is
     * refused. Audited first; what cannot be recorded is not done. NOT_FOUND when nobody holds it.
     */
    async forceRelease(actor: Actor, raw: unknown, options: { requestId?: string } = {}): Promise<LockHolding> {
      authorize(actor, 'team.manage');
      const parsed = forceReleaseInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { resource, reason } = parsed.data;
      const teamId = teamOf(actor);
      const free = () => new DomainError('NOT_FOUND', `Nobody holds ${resource} (any more).`);
      if ((await nameOf(teamId, resource)) === null) throw free();
      const holder = (await locks.snapshot()).queues.find((queue) => queue.resource === resource)?.holder ?? null;
      if (holder === null) throw free();
      await store.audit.append({
        teamId,
        actor,
        action: 'lock.force_released',
        subject: { kind: 'lock', id: resource },
        before: { owner: holder.owner, fencing: holder.fencing, heldMs: Math.round(holder.heldMs) },
        reason,
        requestId: options.requestId,
      });
      // A number of nobody's: the former holder is refused from now on, whoever comes next and whenever.
      await store.locks.raise(holder.resources, 'force release');
      const taken = await locks.forceRelease(resource);
      if (taken === null) throw free();
      return taken;
    },
  };
}
