import type { Store } from './application/store-port.ts';
import { errorCodeOf } from './domain/errors.ts';
import { loginCookie } from './domain/login.ts';
import { cookieOf } from './http/authenticate.ts';
import type { RealtimeOptions } from './infrastructure/realtime.ts';
import type { Services } from './services.ts';

type Gate = Pick<RealtimeOptions, 'authenticate' | 'mayRead' | 'readEvents' | 'readTeam' | 'teamHead'>;

/**
 * Who may connect and watch what: the same services as everywhere, asked anew for each connection and each room; what is
 * read for a room is read as its team.
 */
export function socketGate(
  services: Pick<Services, 'auth' | 'sessions'>,
  store: Pick<Store, 'events' | 'inTeam' | 'everyTeam'>,
): Gate {
  return {
    authenticate: async ({ cookie, token }) => {
      if (token !== null) {
        const actor = await services.auth.actorFromToken(token);
        // An agent outside reports; it watches nothing.
        return actor?.kind === 'agent' ? null : actor;
      }
      const login = await services.auth.actorFromLogin(cookieOf(cookie ?? undefined, loginCookie.name));
      return login === null || login.mustEnrol ? null : login.actor;
    },
    mayRead: async (actor, id) => {
      try {
        return await services.sessions.get(actor, id);
      } catch (error) {
        if (errorCodeOf(error) === 'NOT_FOUND' || errorCodeOf(error) === 'FORBIDDEN') return null;
        throw error;
      }
    },
    readEvents: (sessionId, after, limit, teamId) => {
      const read = () => store.events.list(sessionId, { after, limit });
      return teamId === null ? store.everyTeam(read) : store.inTeam(teamId, read);
    },
    readTeam: (teamId, after, limit) => store.inTeam(teamId, () => store.events.team(teamId, { after, limit })),
    teamHead: (teamId) =>
      store.inTeam(teamId, async () => {
        const [newest] = await store.events.team(teamId, { after: 0, limit: 1, newestFirst: true });
        return newest?.cursor ?? 0;
      }),
  };
}
