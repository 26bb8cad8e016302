/** The store's verbs for webhooks and what they are sent; its promises stand in `store-port.ts`. */

import type { EventType, TimelineEvent } from '../domain/events.ts';
import type { JobQueue } from '../domain/instance.ts';
import type { DeliveryStatus } from '../domain/webhook.ts';
import type { Page, PageRequest } from './team-port.ts';

export interface Webhook {
  id: string;
  teamId: string;
  version: number;
  name: string;
  url: string;
  /** Empty: every event of the team. */
  types: EventType[];
  enabled: boolean;
  /** Why the program disabled it; null when a person did. */
  disabledReason: string | null;
  /** Until when the secret before the present one signs too. */
  previousUntil: Date | null;
  failuresInARow: number;
  circuitOpenUntil: Date | null;
  createdBy: string | null;
  createdAt: Date;
}

export type DeliveryCounts = Record<DeliveryStatus, number>;

export interface Delivery {
  id: string;
  teamId: string;
  webhookId: string;
  eventId: string | null;
  type: string;
  status: DeliveryStatus;
  attempts: number;
  replays: number;
  nextAt: Date;
  statusCode: number | null;
  error: string | null;
  response: string | null;
  durationMs: number | null;
  createdAt: Date;
  triedAt: Date | null;
  settledAt: Date | null;
}

/** A delivery this process may send now, with everything that takes. */
export interface ClaimedDelivery {
  delivery: Delivery;
  webhook: Webhook;
  /** null: a test delivery, whose payload is given instead. */
  event: TimelineEvent | null;
  payload: Record<string, unknown> | null;
  /** Sealed; the second one only while it still signs. */
  secret: string;
  previousSecret: string | null;
}

export interface DeliverySettlement {
  status: DeliveryStatus;
  /** Of a failed one: when it is tried again. */
  inSeconds: number | null;
  statusCode: number | null;
  error: string | null;
  response: string | null;
  durationMs: number;
  /** How the endpoint did: its failures are counted, and its circuit set, where nobody else can count at that moment. */
  endpoint: EndpointOutcome;
}

export interface EndpointOutcome {
  failed: boolean;
  /** The one try that an open circuit lets through: its failure opens it for longer, that of an earlier one does not. */
  probe: boolean;
  circuitAfter: (failuresInARow: number) => number | null;
}

export interface WebhookStore {
  create(
    webhook: Pick<Webhook, 'id' | 'teamId' | 'name' | 'url' | 'types' | 'enabled' | 'createdBy'> & { secret: string },
  ): Promise<Webhook>;
  get(teamId: string, id: string): Promise<Webhook | null>;
  /** By name; a team has few. */
  list(teamId: string): Promise<Webhook[]>;
  /** Guarded by the version when given; version + 1. Enabling forgets the circuit and the reason it was disabled for. */
  update(
    teamId: string,
    id: string,
    patch: Partial<Pick<Webhook, 'name' | 'url' | 'types' | 'enabled'>>,
    version?: number,
  ): Promise<Webhook>;
  /** Takes it off the list with its open deliveries. */
  remove(teamId: string, id: string): Promise<void>;
  sealed(teamId: string, id: string): Promise<{ secret: string } | null>;
  /** The present secret becomes the one before; CONFLICT when it is not `from` any more. */
  rotate(
    teamId: string,
    id: string,
    change: { from: string; secret: string; previousSecret: string; overlapSeconds: number },
  ): Promise<Webhook>;
  /** What the program does when its receiver says it is gone for good. */
  disable(id: string, reason: string): Promise<void>;
  /** Of each webhook of the team. */
  counts(teamId: string): Promise<Record<string, DeliveryCounts>>;

  /** Whether any enabled webhook belongs to a team of these events; cheap, asked with every batch. */
  wanted(eventIds: readonly string[]): Promise<boolean>;
  /** One row for each event and enabled webhook that wants it, in the events' order; answers the ids of those made now. */
  fanOut(eventIds: readonly string[]): Promise<string[]>;
  addTest(delivery: {
    id: string;
    teamId: string;
    webhookId: string;
    payload: Record<string, unknown>;
  }): Promise<Delivery>;
  delivery(teamId: string, webhookId: string, id: string): Promise<Delivery | null>;
  /** Body as it is, or would be, sent; null for one that is gone. */
  content(id: string): Promise<{ event: TimelineEvent | null; payload: Record<string, unknown> | null } | null>;
  /** Dead ones first, then those that wait, then the newest. */
  deliveries(
    teamId: string,
    webhookId: string,
    filter: { status?: DeliveryStatus | undefined },
    page: PageRequest,
  ): Promise<Page<Delivery>>;
  /**
   * Takes a due delivery for `leaseSeconds` and counts the try. `later`: its endpoint's circuit is open, and it was put
   * off for so many seconds. Null: it is settled, taken, not due, or nobody wants it any more.
   */
  claim(id: string, owner: string, leaseSeconds: number): Promise<ClaimedDelivery | { later: number } | null>;
  /** Guarded by the try: false when another one has begun meanwhile. */
  settle(id: string, attempts: number, settlement: DeliverySettlement): Promise<boolean>;
  /** Makes settled ones pending anew with a fresh count of tries; answers their ids. */
  replay(webhookId: string, which: { id: string } | { status: 'dead'; limit: number }): Promise<string[]>;
  /** What nobody sends although it was due `graceSeconds` ago; each is due anew from now. */
  overdue(graceSeconds: number, limit: number): Promise<string[]>;
  /** Former lives of this process send nothing any more. */
  release(owners: readonly string[]): Promise<void>;
  /** Settled ones older than that; answers how many were removed. */
  prune(days: { delivered: number; dead: number }): Promise<number>;
}

/** A delivery to be sent, in so many seconds, or a dataset to be written. */
export type QueuedJob =
  | { readonly deliveryId: string; readonly afterSeconds?: number }
  | { readonly datasetId: string };

/** Work for the queue, in the transaction of what it is about. */
export interface JobStore {
  enqueue(jobs: readonly QueuedJob[]): Promise<void>;
  /** What is in each queue at this moment; none before the queue was ever opened. */
  queues(): Promise<JobQueue[]>;
}
