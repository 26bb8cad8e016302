import { DomainError } from '../domain/errors.ts';
import type { Deps } from './deps.ts';

/**
 * How long an attempt is over before its runtime is told to forget it. Nothing reads a run there once it has ended: a
 * retry and a restored checkpoint have ids of their own, a resumed session goes on from the branch, and asks, timeline and
 * replay are read from the database. What may still come is the abort of a run that was given up while its runtime was
 * away, and somebody's stop that was under way: those find the run for so long, and later it is aborted as it is forgotten.
 */
export const forgetAfterSeconds = 600;
const batch = 50;
const mostMisses = 3;
/** What is left comes with the next turn. */
const mostMs = 10_000;

type Needs = Pick<Deps, 'store' | 'runner' | 'log' | 'instance'>;

/**
 * Has runtimes forget the runs that are over. Each is put down before it is asked for and struck out after the runtime
 * said it is gone, so a crash in between asks again, which is harmless.
 */
export async function forgetRecords(
  { store, runner, log, instance }: Needs,
  afterSeconds = forgetAfterSeconds,
): Promise<{ forgotten: number; failed: number }> {
  const until = Date.now() + mostMs;
  while (Date.now() < until && (await store.leftRecords.collect(500, afterSeconds)) > 0);
  const done = { forgotten: 0, failed: 0 };
  const misses = new Map<string, number>();
  while (Date.now() < until) {
    const taken = await store.leftRecords.take(instance.id, batch);
    if (taken.length === 0) break;
    for (const { remoteSessionId, runtimeId } of taken) {
      const problem = await forget(remoteSessionId, runtimeId);
      if (problem === null) await store.leftRecords.forgotten(remoteSessionId);
      else await store.leftRecords.failed(remoteSessionId, problem);
      done[problem === null ? 'forgotten' : 'failed'] += 1;
    }
  }
  return done;

  async function forget(remoteSessionId: string, runtimeId: string): Promise<string | null> {
    const missed = misses.get(runtimeId) ?? 0;
    // One that does not answer is not asked for each of its records, a deadline each.
    if (missed >= mostMisses) return 'The runtime did not do it for others a moment ago.';
    try {
      await runner.forget({ remoteSessionId, runtimeId });
      misses.delete(runtimeId);
      return null;
    } catch (error) {
      misses.set(runtimeId, missed + 1);
      const known = error instanceof DomainError;
      if (!known) log.warn({ err: error, remoteSessionId }, 'A runtime could not be told to forget a run');
      return known ? error.message : 'It failed; the server log says why.';
    }
  }
}
