import type { TimelineEvent } from '../domain/events.ts';
import { circuitAfter, type Outcome, verdictOf } from '../domain/webhook.ts';
import type { Deps } from './deps.ts';
import type { Encryption, SendSigned } from './ports.ts';
import type { Tx } from './store-port.ts';
import { bodyOf } from './webhook-body.ts';
import type { ClaimedDelivery, DeliverySettlement } from './webhook-port.ts';

/** Longer than a try may take, so that a claim outlives its sender only when that one is dead. */
const claimSeconds = 20;
const sweptAtOnce = 500;

export interface DeliveryDeps extends Pick<Deps, 'store' | 'log'> {
  readonly encryption: Encryption;
  readonly send: SendSigned;
  /** Seconds before each further try. */
  readonly backoff: readonly number[];
  readonly owner: string;
  readonly formerOwners: readonly string[];
}

/**
 * Sends events to webhooks, at least once each: a row per event and webhook says what is owed, a job of the queue brings it
 * to be sent in time, and what the queue lost is found by `sweep`.
 */
export function createWebhookDelivery(deps: DeliveryDeps) {
  const { store, log, encryption } = deps;

  async function send(claimed: ClaimedDelivery): Promise<Awaited<ReturnType<SendSigned>>> {
    const { webhook, delivery, secret, previousSecret } = claimed;
    const secrets = [encryption.open(secret, `webhooks.secret:${webhook.id}`)];
    if (previousSecret !== null) secrets.push(encryption.open(previousSecret, `webhooks.previousSecret:${webhook.id}`));
    return deps.send({
      url: webhook.url,
      body: bodyOf(delivery, claimed),
      secrets,
      headers: {
        'X-Orchestrator-Delivery': delivery.id,
        'X-Orchestrator-Event': delivery.type,
        'X-Orchestrator-Attempt': String(delivery.attempts),
      },
    });
  }

  async function owe(tx: Tx, eventIds: readonly string[]): Promise<number> {
    const owed = await tx.webhooks.fanOut(eventIds);
    if (owed.length > 0) await tx.jobs.enqueue(owed.map((deliveryId) => ({ deliveryId })));
    return owed.length;
  }

  return {
    /**
     * Called with every batch of the outbox before it is done, perhaps twice: each event is owed once to each webhook. Joins
     * the transaction that holds the batch, where there is one.
     */
    async fanOut(events: readonly Pick<TimelineEvent, 'id'>[], within: Tx | null = null): Promise<number> {
      const ids = events.map(({ id }) => id);
      if (ids.length === 0 || !(await (within ?? store).webhooks.wanted(ids))) return 0;
      return within === null ? store.transaction((tx) => owe(tx, ids)) : owe(within, ids);
    },

    /** One try, unless it is settled, taken or not due. What comes of it is stored with the job of the next try. */
    async deliver(id: string): Promise<void> {
      const claimed = await store.transaction(async (tx) => {
        const taken = await tx.webhooks.claim(id, deps.owner, claimSeconds);
        if (taken !== null && 'later' in taken) {
          await tx.jobs.enqueue([{ deliveryId: id, afterSeconds: taken.later }]);
          return null;
        }
        return taken;
      });
      if (claimed === null) return;
      const { delivery, webhook } = claimed;
      const answer = await send(claimed);
      const outcome: Outcome =
        answer.status === null
          ? { kind: 'unreachable', reason: answer.reason }
          : { kind: 'answered', status: answer.status };
      const verdict = verdictOf(outcome, delivery.attempts, deps.backoff, Math.random());
      const inSeconds = verdict.status === 'failed' ? verdict.inSeconds : null;
      const settlement: DeliverySettlement = {
        status: verdict.status,
        inSeconds,
        statusCode: answer.status,
        error: verdict.status === 'delivered' ? null : sentenceOf(outcome),
        response: answer.status === null ? null : answer.excerpt,
        durationMs: answer.durationMs,
        endpoint: {
          failed: verdict.status !== 'delivered',
          probe: webhook.circuitOpenUntil !== null,
          circuitAfter,
        },
      };
      await store.transaction(async (tx) => {
        if (!(await tx.webhooks.settle(id, delivery.attempts, settlement))) {
          log.warn({ deliveryId: id }, 'A delivery was taken over while it was being sent');
          return;
        }
        if (inSeconds !== null) await tx.jobs.enqueue([{ deliveryId: id, afterSeconds: inSeconds }]);
        if (verdict.status === 'dead' && verdict.gone) {
          await tx.webhooks.disable(webhook.id, 'Its receiver answered 410: nobody listens there any more.');
          const subject = { kind: 'webhook', id: webhook.id };
          const actor = { kind: 'system', teamId: webhook.teamId, name: 'webhooks' } as const;
          await tx.audit.append({ teamId: webhook.teamId, actor, action: 'webhook.disabled', subject, reason: '410' });
        }
      });
      if (verdict.status === 'dead')
        log.warn({ deliveryId: id, webhookId: webhook.id, attempts: delivery.attempts }, 'A webhook delivery is dead');
    },

    /** Puts on the queue what nobody sends although it was due `graceSeconds` ago. */
    async sweep(graceSeconds: number): Promise<number> {
      return store.transaction(async (tx) => {
        const ids = await tx.webhooks.overdue(graceSeconds, sweptAtOnce);
        if (ids.length > 0) await tx.jobs.enqueue(ids.map((deliveryId) => ({ deliveryId })));
        return ids.length;
      });
    },

    /** At the start: what former lives of this process had under way goes on at once. */
    async recover(): Promise<void> {
      if (deps.formerOwners.length > 0) await store.webhooks.release(deps.formerOwners);
      await this.sweep(0);
    },
  };
}

export type WebhookDelivery = ReturnType<typeof createWebhookDelivery>;

function sentenceOf(outcome: Outcome): string {
  if (outcome.kind === 'unreachable') return outcome.reason;
  return `The receiver answered ${outcome.status}.`;
}
