import type { Request } from 'express';
import type { Actor } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import { loginCookie } from '../domain/login.ts';

/** Who sends a request; throws UNAUTHENTICATED. The login cookie counts only where `cookie` says so. */
export type Authenticate = (req: Request, options: { cookie: boolean }) => Promise<Actor>;

interface Identities {
  actorFromLogin(token: string | null): Promise<{ actor: Actor; mustEnrol: boolean } | null>;
  actorFromToken(bearer: string): Promise<Actor | null>;
}

/** A bearer token decides alone when there is one: a wrong token beside a good cookie is a mistake, not a login. */
export function createAuthenticate(auth: Identities): Authenticate {
  return async (req, { cookie }) => {
    const bearer = bearerOf(req);
    if (bearer !== null) {
      const actor = await auth.actorFromToken(bearer);
      if (actor === null) throw new DomainError('UNAUTHENTICATED', 'This token is unknown, expired or revoked.');
      return actor;
    }
    const login = cookieOf(req.get('cookie'), loginCookie.name);
    if (login !== null && cookie) {
      const found = await auth.actorFromLogin(login);
      if (found?.mustEnrol)
        throw new DomainError(
          'FORBIDDEN',
          'This team requires a second factor: set one up on the page /second-factor.',
        );
      if (found !== null) return found.actor;
    }
    throw new DomainError('UNAUTHENTICATED', missing(login !== null, cookie));
  };
}

function missing(hasLogin: boolean, cookie: boolean): string {
  if (hasLogin && !cookie)
    return 'A login is good for reading here; send Authorization: Bearer <token> to change something.';
  return 'Send Authorization: Bearer <token>.';
}

/** The bearer token of a request; an Authorization header of another kind counts as a wrong token. */
export function bearerOf(req: Request): string | null {
  const header = req.get('authorization');
  if (header === undefined) return null;
  return /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? '';
}

/** One cookie's value out of a Cookie header. */
export function cookieOf(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return unquoted(pair.slice(at + 1).trim());
  }
  return null;
}

function unquoted(value: string): string {
  const inner = value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  try {
    return decodeURIComponent(inner);
  } catch {
    // Not percent-encoded: as it stands.
    return inner;
  }
}
