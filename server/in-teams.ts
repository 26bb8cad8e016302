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
  // Deleting a team asks whether there is another one.
  'approvals',
];

/**
 * The same services, each verb of which keeps to the team of the actor it is given first: on PostgreSQL the database
 * shows it nothing else, whatever a query forgets.
 */
export function inTeams<T extends Record<string, object>>(store: Pick<Store, 'inTeam'>, services: T): T {
  const kept = Object.entries(services).map(([name, service]) => [
    name,
    ofTheInstallation.includes(name) ? service : keeping(store, service),
  ]);
  return Object.fromEntries(kept) as T;
}

function keeping(store: Pick<Store, 'inTeam'>, service: object): object {
  return Object.fromEntries(
    Object.entries(service).map(([verb, run]: [string, unknown]) => {
      if (typeof run !== 'function') return [verb, run];
      return [
        verb,
        (...given: unknown[]): unknown => {
          const teamId = teamOfActor(given[0]);
          return teamId === null ? run(...given) : store.inTeam(teamId, () => run(...given));
        },
      ];
    }),
  );
}
