import type { Actor } from '../../domain/actor.ts';
import { DomainError, type ErrorCode, invalidFromZod } from '../../domain/errors.ts';
import type { Session } from '../../domain/session.ts';
import type { BatchVerb } from '../../domain/session-batch.ts';
import { batchInput } from '../../domain/session-batch-input.ts';
import type { CommandOptions } from './commands.ts';

/** What became of one session of a batch. */
export interface BatchResult {
  /** As it was named. */
  ref: string;
  slug: string | null;
  outcome: 'done' | 'ordered' | 'refused';
  /** Why it was refused, as the single order would have said. */
  code: ErrorCode | null;
  message: string | null;
}

interface Orders {
  get(actor: Actor, ref: string): Promise<Session>;
  start(actor: Actor, ref: string): Promise<Session>;
  resume(actor: Actor, ref: string): Promise<Session>;
  cancel(actor: Actor, ref: string): Promise<Session>;
  retry(actor: Actor, ref: string): Promise<Session>;
  pause(actor: Actor, ref: string, options: CommandOptions): Promise<{ session: Session; verified: boolean }>;
  stop(actor: Actor, ref: string, options: CommandOptions): Promise<{ session: Session; verified: boolean }>;
  update(actor: Actor, ref: string, raw: unknown, options?: { version?: number }): Promise<Session>;
  remove(actor: Actor, ref: string): Promise<void>;
}

/** How many orders run at once: enough to be quick, few enough to leave the database to the others. */
const atOnce = 8;

/**
 * One order for several sessions: each by its own verb, with its own permission, transaction and audit entry. What one
 * refuses stops no other; the answer tells of each. Pausing and stopping is ordered and not waited for.
 */
export function createBatch(orders: Orders) {
  async function order(actor: Actor, ref: string, verb: BatchVerb, tag: string): Promise<'done' | 'ordered'> {
    switch (verb) {
      case 'pause':
      case 'stop':
        return (await orders[verb](actor, ref, { waitSeconds: 0 })).verified ? 'done' : 'ordered';
      case 'tag':
      case 'untag': {
        const { tags, version } = await orders.get(actor, ref);
        const others = tags.filter((one) => one !== tag);
        await orders.update(actor, ref, { tags: verb === 'tag' ? [...others, tag] : others }, { version });
        return 'done';
      }
      case 'delete':
        await orders.remove(actor, ref);
        return 'done';
      default:
        await orders[verb](actor, ref);
        return 'done';
    }
  }

  async function one(actor: Actor, ref: string, verb: BatchVerb, tag: string): Promise<BatchResult> {
    let slug: string | null = null;
    try {
      slug = (await orders.get(actor, ref)).slug;
      return { ref, slug, outcome: await order(actor, ref, verb, tag), code: null, message: null };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return { ref, slug, outcome: 'refused', code: error.code, message: error.message };
    }
  }

  return async function batch(actor: Actor, raw: unknown): Promise<BatchResult[]> {
    const parsed = batchInput.safeParse(raw);
    if (!parsed.success) throw invalidFromZod(parsed.error);
    const { verb, sessions, tag = '' } = parsed.data;
    const results: BatchResult[] = [];
    for (let from = 0; from < sessions.length; from += atOnce)
      results.push(
        ...(await Promise.all(sessions.slice(from, from + atOnce).map((ref) => one(actor, ref, verb, tag)))),
      );
    return results;
  };
}
