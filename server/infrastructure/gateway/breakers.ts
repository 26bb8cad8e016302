import type { RuntimeStatus } from '../../application/ports.ts';
import { type Circuit, createCircuit } from './circuit.ts';
import type { CallFailure, CallOutcome } from './model-call.ts';

/** Per provider: a circuit for failures, and a parking time for a spent quota. */
export interface Breakers {
  /** Why a call may not go out now, or null. */
  refusal(provider: string, now: Date): CallFailure | null;
  record(provider: string, outcome: CallOutcome): void;
  /** Parks the provider if the failure is a spent quota. */
  park(provider: string, failure: CallFailure | null): void;
  health(provider: string, now: Date): { circuit: RuntimeStatus['circuit']; parkedUntil: Date | null };
}

const unknownResetMs = 60_000;

/** `resting` is what an earlier life of the app knew of parked providers. */
export function createBreakers(resting: ReadonlyMap<string, Date | null> = new Map()): Breakers {
  const circuits = new Map<string, Circuit>();
  const parked = new Map([...resting].flatMap(([name, until]) => (until === null ? [] : [[name, until] as const])));

  const circuitOf = (provider: string): Circuit => {
    const known = circuits.get(provider) ?? createCircuit();
    circuits.set(provider, known);
    return known;
  };
  const parkedUntil = (provider: string, now: Date): Date | null => {
    const until = parked.get(provider) ?? null;
    return until !== null && until > now ? until : null;
  };
  const park = (provider: string, failure: CallFailure | null) => {
    if (failure?.class !== 'quota_exhausted') return;
    parked.set(provider, failure.retryAt ?? new Date(Date.now() + unknownResetMs));
  };

  return {
    park,
    refusal(provider, now) {
      const until = parkedUntil(provider, now);
      if (until !== null) {
        // A short rest is waited out by OpenCode itself; a long one ends the run, and the engine waits.
        const short = until.getTime() - now.getTime() <= 30_000;
        const message = 'The quota of the provider is spent';
        return { class: short ? 'transient' : 'quota_exhausted', status: 429, message, retryAt: until };
      }
      const circuit = circuitOf(provider);
      if (circuit.allow()) return null;
      return {
        class: 'transient',
        status: 503,
        message: 'The provider failed repeatedly and rests',
        retryAt: circuit.opensAt(),
      };
    },
    record(provider, outcome) {
      park(provider, outcome.failure);
      const circuit = circuitOf(provider);
      if (outcome.failure?.class === 'transient') circuit.failed();
      else if (outcome.status === 200 || outcome.failure !== null) circuit.succeeded();
      else circuit.released();
    },
    health: (provider, now) => ({ circuit: circuitOf(provider).state(), parkedUntil: parkedUntil(provider, now) }),
  };
}
