import type { Store } from './application/store-port.ts';
import { teamOfActor } from './domain/actor.ts';

/** About the installation, or before anybody is known: these see every team, and name the one they ask about. */
const ofTheInstallation: readonly string[] = [
  'auth',
  'proofs',
  'members',
  'teams',
  'system',
  'runtimes',
  'drills',
  // A deleted team is brought back from another one of the person's.
  'approvals.teamUndo',
];

/**
 * The same services, each verb of which keeps to the team of the actor it is given first: on PostgreSQL the database
 * shows it nothing else, whatever a query forgets. That holds to the end of what a verb answers piece by piece.
 */
export function inTeams<T extends Record<string, object>>(store: Pick<Store, 'inTeam'>, services: T): T {
  return keeping(store, services, '') as T;
}

/** `path` says where the verbs stand: some services have their verbs in groups. */
function keeping(store: Pick<Store, 'inTeam'>, verbs: object, path: string): object {
  return Object.fromEntries(
    Object.entries(verbs).map(([name, given]: [string, unknown]) => {
      const here = path === '' ? name : `${path}.${name}`;
      if (ofTheInstallation.includes(here)) return [name, given];
      if (typeof given === 'function') return [name, kept(store, given as Verb)];
      return [name, isGroup(given) ? keeping(store, given, here) : given];
    }),
  );
}

type Verb = (...given: unknown[]) => unknown;

function kept(store: Pick<Store, 'inTeam'>, run: Verb): Verb {
  return (...given) => {
    const teamId = teamOfActor(given[0]);
    if (teamId === null) return run(...given);
    const within = <T>(work: () => T): T => store.inTeam(teamId, work);
    const answer = within(() => run(...given));
    return answer instanceof Promise ? answer.then((value) => toItsEnd(within, value)) : toItsEnd(within, answer);
  };
}

/** What is read while it is taken is read by whoever takes it, long after the verb: each step keeps to the team too. */
function toItsEnd(within: <T>(work: () => T) => T, answer: unknown): unknown {
  if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer)) return answer;
  const steps = (answer as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => within(() => steps.next()),
    return: (value?: unknown) =>
      within(async () => (await steps.return?.(value)) ?? { done: true as const, value: undefined }),
    async throw(error: unknown) {
      if (steps.throw === undefined) throw error;
      return within(() => steps.throw?.(error));
    },
  };
}

/** A group of verbs, and no value that happens to be an object. */
function isGroup(given: unknown): given is object {
  return typeof given === 'object' && given !== null && Object.getPrototypeOf(given) === Object.prototype;
}
