// Who is at the page: the login cookie, sign-in by form, and the gate of the protected layout.
import { type MiddlewareFunction, type RouterContextProvider, redirect } from 'react-router';
import { Authenticator } from 'remix-auth';
import { FormStrategy } from 'remix-auth-form';
import type { Client, SignedIn as OpenedLogin } from '../server/application/auth.ts';
import { authorize } from '../server/domain/actor.ts';
import { loginCookie } from '../server/domain/login.ts';
import type { Services } from '../server/services.ts';
import { requestContext, servicesContext, signedInContext } from './context.ts';
import { thrown } from './errors.server.ts';
import { localPath } from './local-path.ts';

type Context = Readonly<RouterContextProvider>;

/** The raw login token of the request; the cookie is read as the socket and the API read it. */
export function loginTokenOf(request: Request): string | null {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, ...value] = part.trim().split('=');
    if (name === loginCookie.name) return value.join('=') || null;
  }
  return null;
}

/** `Set-Cookie` of an opened login: the value is the raw token, whose hash alone is stored. */
export function loginHeader(login: Pick<OpenedLogin, 'token' | 'expiresAt'>, url: URL): string {
  return cookie(login.token, url, `Max-Age=${loginCookie.absoluteSeconds}`);
}

/** `Set-Cookie` that takes the login away. */
export function logoutHeader(url: URL): string {
  return cookie('', url, 'Max-Age=0');
}

function cookie(value: string, url: URL, lifetime: string): string {
  const secure = url.protocol === 'https:' ? '; Secure' : '';
  return `${loginCookie.name}=${value}; Path=/; HttpOnly; SameSite=Lax; ${lifetime}${secure}`;
}

/** Where the request comes from, for login rows and limits. */
export function clientOf(request: Request, context: Context): Client {
  return { address: context.get(requestContext).address, userAgent: request.headers.get('user-agent') };
}

/** Signs in by the form strategy; the services judge, this only carries. */
export function authenticatorFor(services: Services, client: Client): Authenticator<OpenedLogin> {
  const strategy = new FormStrategy<OpenedLogin>(async ({ form }) =>
    services.auth.login(
      { email: String(form.get('email') ?? ''), password: String(form.get('password') ?? '') },
      client,
    ),
  );
  return new Authenticator<OpenedLogin>().use(strategy, 'form');
}

/**
 * The gate: nobody exists → /setup; nobody signed in, or the login died → /login, which leads back to where the person
 * was. What a form carried is kept by the page's own draft.
 */
export const requireSignIn: MiddlewareFunction<Response> = async ({ request, url, context }) => {
  const services = context.get(servicesContext);
  try {
    const login = await services.auth.actorFromLogin(loginTokenOf(request));
    if (login !== null) {
      context.set(signedInContext, login);
      return;
    }
    if (await services.auth.needsSetup()) throw redirect('/setup');
  } catch (error) {
    throw thrown(error, context);
  }
  const back = localPath(url.pathname + url.search);
  throw redirect(back === '/' ? '/login' : `/login?next=${encodeURIComponent(back)}`);
};

/** The gate of `/admin`: its pages are for admins (access.md, Roles). What they show is asked of the services again. */
export const requireAdmin: MiddlewareFunction<Response> = async ({ context }) => {
  try {
    authorize(actorOf(context), 'team.manage');
  } catch (error) {
    throw thrown(error, context);
  }
};

/** The actor of a protected page. */
export function actorOf(context: Context) {
  return context.get(signedInContext).actor;
}
