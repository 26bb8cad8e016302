import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<string | null>();

/** Everything the work does, also after an await, is of this team: on a server the database itself keeps to it. */
export const inTeam = <T>(teamId: string, work: () => T): T => scope.run(teamId, work);

/** What a request merely sets off is not of its team: loops, and what collects for several. */
export const outsideTeams = <T>(work: () => T): T => scope.run(null, work);

export const currentTeam = (): string | null => scope.getStore() ?? null;
