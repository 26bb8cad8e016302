import type { AttemptStatus } from '../../domain/attempt.ts';
import type { GatewayAttempt, GatewayRegistry } from './model-call.ts';
import { RequestProblem } from './requests.ts';

/** The parent of a remote session, or null when it has none or is unknown. */
export type ParentLookup = (remoteSessionId: string) => Promise<string | null>;

const working: readonly AttemptStatus[] = ['starting', 'running', 'waiting'];

/** Finds and judges the attempt behind a remote session; sub-agents' sessions lead to their root's. */
export function admission(registry: GatewayRegistry, cuts: ReadonlyMap<string, string>) {
  const roots = new Map<string, string>();
  let lookup: ParentLookup = async () => null;

  async function find(remoteSessionId: string): Promise<GatewayAttempt | null> {
    let id = roots.get(remoteSessionId) ?? remoteSessionId;
    for (let depth = 0; depth < 5; depth += 1) {
      const found = await registry.resolveAttempt(id);
      if (found !== null) {
        if (id !== remoteSessionId) roots.set(remoteSessionId, id);
        return found;
      }
      const parent = await lookup(id);
      if (parent === null) return null;
      id = parent;
    }
    return null;
  }

  return {
    setParentLookup(next: ParentLookup) {
      lookup = next;
    },
    /** Throws a 403 for an unknown, ended, superseded or cut-off attempt. */
    async attemptOf(header: string | string[] | undefined): Promise<GatewayAttempt> {
      if (typeof header !== 'string' || !/^ses_\w{1,80}$/.test(header)) {
        throw new RequestProblem(403, 'unknown_session', 'The remote session is not known.');
      }
      const attempt = await find(header);
      if (attempt === null) throw new RequestProblem(403, 'unknown_session', 'The remote session is not known.');
      if (!working.includes(attempt.status)) {
        throw new RequestProblem(403, 'attempt_ended', `The attempt is ${attempt.status} and makes no more calls.`);
      }
      const reason = cuts.get(attempt.attemptId);
      if (reason !== undefined) throw new RequestProblem(403, 'cut_off', reason);
      return attempt;
    },
  };
}
