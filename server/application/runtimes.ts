import { type Actor, authorize } from '../domain/actor.ts';
import { DomainError, invalid, invalidFromZod } from '../domain/errors.ts';
import { enrolRuntimeInput, type Runtime, type RuntimeView, updateRuntimeInput } from '../domain/runtime.ts';
import type { Deps } from './deps.ts';
import { defined } from './repositories.ts';
import { assertVersion } from './sessions/find.ts';
import type { Tx } from './store-port.ts';
import { teamOf } from './tokens.ts';

/** The place a server's password is sealed for. */
export const credentialsPlace = (id: string) => `runtimes.credentials:${id}`;

/** Where agents run (engine.md 6): the embedded OpenCode and the servers a team enrolled. */
export function createRuntimes(deps: Deps) {
  const { store, secrets, encryption, fleet } = deps;

  async function find(actor: Actor, id: string, permission: 'read' | 'runtime.manage' = 'read'): Promise<Runtime> {
    authorize(actor, permission, { teamId: teamOf(actor), resource: 'runtimes' });
    const runtime = await store.runtimes.get(teamOf(actor), id);
    if (!runtime) throw new DomainError('NOT_FOUND', 'There is no such runtime.');
    return runtime;
  }

  /** One that a team enrolled, to be changed. */
  async function enrolled(actor: Actor, id: string): Promise<Runtime> {
    const runtime = await find(actor, id, 'runtime.manage');
    if (runtime.kind !== 'opencode_external')
      throw new DomainError('INVALID_TRANSITION', 'Only a server that was enrolled can be changed so.');
    return runtime;
  }

  function seen(runtime: Runtime): RuntimeView {
    const status = deps.runtime.status();
    if (runtime.kind !== 'opencode_embedded' || runtime.id !== status.id) return { ...runtime, process: null };
    const { state, detail, version, circuit, parkedUntil, pid, residentBytes, startedAt, restarts } = status;
    const process = { pid, residentBytes, startedAt, restarts };
    return { ...runtime, state, detail, softwareVersion: version, circuit, parkedUntil, process };
  }

  async function change(
    actor: Actor,
    runtime: Runtime,
    patch: Parameters<Tx['runtimes']['update']>[2],
    action: string,
    version?: number,
  ): Promise<RuntimeView> {
    const after = await store.transaction(async (tx) => {
      const changed = await tx.runtimes.update(teamOf(actor), runtime.id, patch, version);
      await tell(tx, actor, changed, action, { before: facts(runtime), after: facts(changed) });
      return changed;
    });
    return seen(after);
  }

  return {
    async list(actor: Actor): Promise<RuntimeView[]> {
      authorize(actor, 'read', { teamId: teamOf(actor), resource: 'runtimes' });
      return (await store.runtimes.list(teamOf(actor))).map(seen);
    },

    async get(actor: Actor, id: string): Promise<RuntimeView> {
      return seen(await find(actor, id));
    },

    /** Asks the server first: INVALID says what is wrong with it. Its password is kept sealed. */
    async enrol(actor: Actor, raw: unknown): Promise<RuntimeView> {
      const teamId = teamOf(actor);
      authorize(actor, 'runtime.manage', { teamId });
      const parsed = enrolRuntimeInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { name, url, username, password, capacity } = parsed.data;
      const there = (await store.runtimes.list(teamId)).find((one) => one.url === url);
      if (there) throw invalid([{ path: 'url', message: `This server is enrolled already, as ${there.name}.` }]);
      const sight = await fleet.probe({ url, username, password });
      const id = secrets.uuid();
      const credentials = encryption.seal(password, credentialsPlace(id));
      const runtime = await store.transaction(async (tx) => {
        const made = await tx.runtimes.create({ id, teamId, name, url, username, credentials, capacity, sight });
        await tell(tx, actor, made, 'runtime.enrolled', { after: facts(made) });
        return made;
      });
      deps.watchRuntimes();
      return seen(runtime);
    },

    /** Its name or capacity; what runs on it goes on. */
    async update(actor: Actor, id: string, raw: unknown, version?: number): Promise<RuntimeView> {
      authorize(actor, 'runtime.manage', { teamId: teamOf(actor) });
      const parsed = updateRuntimeInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const runtime = await enrolled(actor, id);
      assertVersion(runtime, version);
      return change(actor, runtime, defined(parsed.data), 'runtime.updated', runtime.version);
    },

    /** Draining: no new attempt starts on it, and what runs is finished. */
    async setDraining(actor: Actor, id: string, draining: boolean): Promise<RuntimeView> {
      const runtime = await enrolled(actor, id);
      if (runtime.draining === draining) return seen(runtime);
      const changed = await change(actor, runtime, { draining }, draining ? 'runtime.draining' : 'runtime.undrained');
      deps.nudge();
      return changed;
    },

    /** Looks at it now rather than at its next turn. */
    async check(actor: Actor, id: string): Promise<RuntimeView> {
      const runtime = await enrolled(actor, id);
      const sight = await fleet.check(id);
      if (sight === null)
        throw new DomainError('UNAVAILABLE', 'This instance does not watch the server yet.', { retryAfterSeconds: 5 });
      await store.runtimes.observe(id, sight);
      return seen((await store.runtimes.get(teamOf(actor), runtime.id)) ?? runtime);
    },

    /** Ends our own OpenCode and starts it anew; its runs resume. Everybody's work is on it, so an admin decides. */
    async recycle(actor: Actor, id: string): Promise<RuntimeView> {
      const runtime = await find(actor, id, 'runtime.manage');
      authorize(actor, 'team.manage', { teamId: teamOf(actor) });
      if (runtime.kind !== 'opencode_embedded')
        throw new DomainError('INVALID_TRANSITION', 'This server is not ours to start anew: restart it where it runs.');
      await store.transaction(async (tx) => tell(tx, actor, runtime, 'runtime.recycled', {}));
      await deps.runtime.restart('an administrator asked for it');
      return seen(runtime);
    },

    /** CONFLICT while attempts run on it or agents stand on it. */
    async remove(actor: Actor, id: string): Promise<void> {
      const runtime = await enrolled(actor, id);
      await store.transaction(async (tx) => {
        await tx.runtimes.remove(teamOf(actor), runtime.id);
        await tell(tx, actor, runtime, 'runtime.removed', { before: facts(runtime) });
      });
      deps.watchRuntimes();
    },

    /** A token of its own for our model gateway, shown once with the configuration that uses it; the one before ends. */
    async gatewayToken(actor: Actor, id: string): Promise<{ token: string; config: string }> {
      const runtime = await enrolled(actor, id);
      const token = `oig_${secrets.random(32)}`;
      await change(actor, runtime, { gatewayTokenHash: secrets.sha256(token) }, 'runtime.gateway_token_made');
      return { token, config: fleet.configFor(token) };
    },
  };
}

async function tell(
  tx: Tx,
  actor: Actor,
  runtime: Runtime,
  action: string,
  change: { before?: object; after?: object },
): Promise<void> {
  await tx.audit.append({
    teamId: teamOf(actor),
    actor,
    action,
    subject: { kind: 'runtime', id: runtime.id },
    ...change,
  });
}

const facts = ({ name, url, username, capacity, draining, hasGatewayToken }: Runtime) => ({
  name,
  url,
  username,
  capacity,
  draining,
  hasGatewayToken,
});
