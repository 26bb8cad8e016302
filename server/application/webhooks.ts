import { type Actor, authorize, personOf } from '../domain/actor.ts';
import { DomainError, invalidFromZod } from '../domain/errors.ts';
import {
  createWebhookInput,
  deliveryFilterInput,
  mostWebhooks,
  overlapHours,
  rotateWebhookInput,
  updateWebhookInput,
} from '../domain/webhook.ts';
import type { Deps } from './deps.ts';
import { defined } from './repositories.ts';
import type { Page, PageRequest } from './team-port.ts';
import { teamOf } from './tokens.ts';
import { bodyOf } from './webhook-body.ts';
import type { Delivery, DeliveryCounts, Webhook } from './webhook-port.ts';

export type CountedWebhook = Webhook & { deliveries: DeliveryCounts };

const none: DeliveryCounts = { pending: 0, failed: 0, delivered: 0, dead: 0 };
const replayedAtOnce = 1_000;

/** Where a team has its events sent, for admins (access.md, Roles). Sending itself is in `webhook-delivery.ts`. */
export function createWebhooks(deps: Pick<Deps, 'store' | 'secrets' | 'encryption'>) {
  const { store, secrets, encryption } = deps;
  const read = (actor: Actor) => authorize(actor, 'read', { teamId: teamOf(actor), resource: 'webhooks' });
  const facts = ({ name, url, types, enabled }: Webhook) => ({ name, url, types, enabled });

  async function existing(actor: Actor, id: string): Promise<Webhook> {
    const webhook = await store.webhooks.get(teamOf(actor), id);
    if (webhook === null) throw new DomainError('NOT_FOUND', 'There is no such webhook.');
    return webhook;
  }

  async function counted(webhook: Webhook): Promise<CountedWebhook> {
    return { ...webhook, deliveries: (await store.webhooks.counts(webhook.teamId))[webhook.id] ?? none };
  }

  return {
    async list(actor: Actor): Promise<CountedWebhook[]> {
      read(actor);
      const [all, counts] = await Promise.all([
        store.webhooks.list(teamOf(actor)),
        store.webhooks.counts(teamOf(actor)),
      ]);
      return all.map((webhook) => ({ ...webhook, deliveries: counts[webhook.id] ?? none }));
    },

    async get(actor: Actor, id: string): Promise<CountedWebhook> {
      read(actor);
      return counted(await existing(actor, id));
    },

    /** The secret is answered here and never again. It gets what happens from now on. */
    async create(actor: Actor, raw: unknown): Promise<CountedWebhook & { secret: string }> {
      authorize(actor, 'team.manage');
      const parsed = createWebhookInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const teamId = teamOf(actor);
      const { name, url, types = [], enabled = true } = parsed.data;
      const id = secrets.uuid();
      const secret = newSecret();
      const webhook = await store.transaction(async (tx) => {
        await tx.teams.lock(teamId);
        if ((await tx.webhooks.list(teamId)).length >= mostWebhooks)
          throw new DomainError('QUOTA_EXCEEDED', `A team has at most ${mostWebhooks} webhooks: remove one first.`);
        const sealed = encryption.seal(secret, `webhooks.secret:${id}`);
        const row = { id, teamId, name, url, types, enabled, createdBy: personOf(actor), secret: sealed };
        const created = await tx.webhooks.create(row);
        await tx.audit.append({
          teamId,
          actor,
          action: 'webhook.created',
          subject: { kind: 'webhook', id },
          after: facts(created),
        });
        return created;
      });
      return { ...webhook, deliveries: none, secret };
    },

    async update(actor: Actor, id: string, raw: unknown, version?: number): Promise<CountedWebhook> {
      authorize(actor, 'team.manage');
      const parsed = updateWebhookInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const before = await existing(actor, id);
      const teamId = before.teamId;
      const after = await store.transaction(async (tx) => {
        const changed = await tx.webhooks.update(teamId, id, defined(parsed.data), version);
        await tx.audit.append({
          teamId,
          actor,
          action: 'webhook.updated',
          subject: { kind: 'webhook', id },
          before: facts(before),
          after: facts(changed),
        });
        return changed;
      });
      return counted(after);
    },

    /** What it has not been sent yet is never sent. */
    async remove(actor: Actor, id: string): Promise<void> {
      authorize(actor, 'team.manage');
      const { teamId } = await existing(actor, id);
      await store.transaction(async (tx) => {
        await tx.webhooks.remove(teamId, id);
        await tx.audit.append({ teamId, actor, action: 'webhook.removed', subject: { kind: 'webhook', id } });
      });
    },

    /** A test delivery: one body of the type `webhook.ping`, sent as any other. */
    async ping(actor: Actor, id: string): Promise<Delivery> {
      authorize(actor, 'team.manage');
      const { teamId, enabled } = await existing(actor, id);
      if (!enabled) throw new DomainError('CONFLICT', 'It is disabled, so nothing is sent: enable it first.');
      return store.transaction(async (tx) => {
        const payload = { webhookId: id, by: actor.name };
        const delivery = await tx.webhooks.addTest({ id: secrets.uuid(), teamId, webhookId: id, payload });
        await tx.jobs.enqueue([{ deliveryId: delivery.id }]);
        await tx.audit.append({ teamId, actor, action: 'webhook.pinged', subject: { kind: 'webhook', id } });
        return delivery;
      });
    },

    /** A new secret, answered here only; the one before signs too until the overlap is over. */
    async rotate(actor: Actor, id: string, raw: unknown): Promise<CountedWebhook & { secret: string }> {
      authorize(actor, 'team.manage');
      const parsed = rotateWebhookInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const hours = parsed.data.overlapHours ?? overlapHours;
      const { teamId } = await existing(actor, id);
      const secret = newSecret();
      const webhook = await store.transaction(async (tx) => {
        const sealed = await tx.webhooks.sealed(teamId, id);
        if (sealed === null) throw new DomainError('NOT_FOUND', 'There is no such webhook.');
        const before = encryption.open(sealed.secret, `webhooks.secret:${id}`);
        const rotated = await tx.webhooks.rotate(teamId, id, {
          from: sealed.secret,
          secret: encryption.seal(secret, `webhooks.secret:${id}`),
          previousSecret: encryption.seal(before, `webhooks.previousSecret:${id}`),
          overlapSeconds: hours * 3_600,
        });
        await tx.audit.append({
          teamId,
          actor,
          action: 'webhook.secret_rotated',
          subject: { kind: 'webhook', id },
          after: { overlapHours: hours },
        });
        return rotated;
      });
      return { ...(await counted(webhook)), secret };
    },

    /** Dead ones first, then those that wait, then the newest. */
    async deliveries(actor: Actor, id: string, filter: unknown, page: PageRequest): Promise<Page<Delivery>> {
      read(actor);
      const parsed = deliveryFilterInput.safeParse(filter);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { teamId } = await existing(actor, id);
      return store.webhooks.deliveries(teamId, id, parsed.data, page);
    },

    /** The bodies of these deliveries by id, as they are sent. */
    async bodies(actor: Actor, deliveries: readonly Delivery[]): Promise<Record<string, string>> {
      read(actor);
      const mine = deliveries.filter((one) => one.teamId === teamOf(actor));
      const pairs = await Promise.all(
        mine.map(async (one) => {
          const content = await store.webhooks.content(one.id);
          return [one.id, content === null ? '' : bodyOf(one, content)] as const;
        }),
      );
      return Object.fromEntries(pairs);
    },

    /** Sends a settled delivery again, under its own id, with a fresh count of tries. */
    async replay(actor: Actor, id: string, deliveryId: string): Promise<Delivery> {
      authorize(actor, 'team.manage');
      const { teamId } = await existing(actor, id);
      const before = await store.webhooks.delivery(teamId, id, deliveryId);
      if (before === null) throw new DomainError('NOT_FOUND', 'There is no such delivery.');
      return store.transaction(async (tx) => {
        const [replayed] = await tx.webhooks.replay(id, { id: deliveryId });
        if (replayed === undefined) throw new DomainError('CONFLICT', 'It is still on its way: it is tried by itself.');
        await tx.jobs.enqueue([{ deliveryId }]);
        const subject = { kind: 'webhook', id };
        await tx.audit.append({
          teamId,
          actor,
          action: 'webhook.replayed',
          subject,
          after: { deliveryIds: [deliveryId] },
        });
        return (await tx.webhooks.delivery(teamId, id, deliveryId)) ?? before;
      });
    },

    /** Sends dead ones again, the oldest first, at most a thousand; answers how many. */
    async replayDead(actor: Actor, id: string): Promise<number> {
      authorize(actor, 'team.manage');
      const { teamId } = await existing(actor, id);
      return store.transaction(async (tx) => {
        const replayed = await tx.webhooks.replay(id, { status: 'dead', limit: replayedAtOnce });
        if (replayed.length === 0) return 0;
        await tx.jobs.enqueue(replayed.map((deliveryId) => ({ deliveryId })));
        const subject = { kind: 'webhook', id };
        await tx.audit.append({
          teamId,
          actor,
          action: 'webhook.replayed',
          subject,
          after: { count: replayed.length },
        });
        return replayed.length;
      });
    },
  };

  /** 256 bits, with a prefix by which scanners know it. */
  function newSecret(): string {
    return `whsec_${secrets.random(32)}`;
  }
}
