// Who is at the page: the login cookie, sign-in by form, and the gate of the protected layout.
import { type MiddlewareFunction, type RouterContextProvider, redirect } from 'react-router';
import { Authenticator } from 'remix-auth';
import { FormStrategy } from 'remix-auth-form';
import type { Client, SignedIn as OpenedLogin, SecondStep } from '../server/application/auth.ts';
import { authorize } from '../server/domain/actor.ts';
import { loginCookie } from '../server/domain/login.ts';
import { secondStepCookie, secondStepSeconds } from '../server/domain/second-factor.ts';
import type { Services } from '../server/services.ts';
import { requestContext, servicesContext, signedInContext } from './context.ts';
import { thrown } from './errors.server.ts';
import { localPath } from './local-path.ts';

/** Lax, as the way back from the provider is a navigation from another site. */
const signOnCookie = 'orchestrator_sign_on';

type Context = Readonly<RouterContextProvider>;

/** The raw login token of the request; the cookie is read as the socket and the API read it. */
export function loginTokenOf(request: Request): string | null {
  return cookieOf(request, loginCookie.name);
}

/** What a sign-in that waits for its code left in the browser. */
export function secondStepOf(request: Request): string | null {
  return cookieOf(request, secondStepCookie);
}

function cookieOf(request: Request, wanted: string): string | null {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, ...value] = part.trim().split('=');
    if (name === wanted) return value.join('=') || null;
  }
  return null;
}

/** What a sign-in that is under way at the identity provider left in the browser. */
export function signOnFlowOf(request: Request): string | null {
  return cookieOf(request, signOnCookie);
}

/** `Set-Cookie` for the time somebody is at the identity provider; of 0 seconds it takes it away. */
export function signOnHeader(flow: string, seconds: number, asked: Asked): string {
  return cookie(`${signOnCookie}=${flow}; Path=/login`, asked, seconds);
}

interface Asked {
  readonly url: URL;
  readonly context: Context;
}

/** Where links that leave this page lead back to. */
export function originOf({ url, context }: Asked): string {
  const { publicUrl } = context.get(requestContext);
  return publicUrl === null ? url.origin : publicUrl;
}

/** `Set-Cookie` of an opened login: the value is the raw token, whose hash alone is stored. */
export function loginHeader(login: Pick<OpenedLogin, 'token' | 'expiresAt'>, asked: Asked): string {
  return cookie(`${loginCookie.name}=${login.token}; Path=/`, asked, loginCookie.absoluteSeconds);
}

/** `Set-Cookie` that takes the login away. */
export function logoutHeader(asked: Asked): string {
  return cookie(`${loginCookie.name}=; Path=/`, asked, 0);
}

/** Secure behind TLS: as the request came, or as the public address says where a proxy ends it. */
function cookie(nameAndPath: string, { url, context }: Asked, seconds: number): string {
  const secure = url.protocol === 'https:' || originOf({ url, context }).startsWith('https:') ? '; Secure' : '';
  return `${nameAndPath}; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}

/**
 * Where a sign-in leads: into the room with its cookie, or to the page of the second step. The login this browser had
 * before ends, so that none is left behind that nobody sees.
 */
export async function signedIn(
  opened: OpenedLogin | SecondStep,
  { request, ...asked }: Asked & { request: Request },
  next: string,
): Promise<Response> {
  const headers = new Headers();
  if ('second' in opened) {
    headers.append('Set-Cookie', cookie(`${secondStepCookie}=${opened.second}; Path=/login`, asked, secondStepSeconds));
    return redirect(next === '/' ? '/login/code' : `/login/code?next=${encodeURIComponent(next)}`, { headers });
  }
  const before = loginTokenOf(request);
  if (before !== null) await asked.context.get(servicesContext).auth.logout(before);
  headers.append('Set-Cookie', loginHeader(opened, asked));
  headers.append('Set-Cookie', cookie(`${secondStepCookie}=; Path=/login`, asked, 0));
  return redirect(next, { headers });
}

/** Where the request comes from, for login rows and limits. */
export function clientOf(request: Request, context: Context): Client {
  return { address: context.get(requestContext).address, userAgent: request.headers.get('user-agent') };
}

/** Signs in by the form strategy; the services judge, this only carries. */
export function authenticatorFor(services: Services, client: Client): Authenticator<OpenedLogin | SecondStep> {
  const strategy = new FormStrategy<OpenedLogin | SecondStep>(async ({ form }) =>
    services.auth.login(
      { email: String(form.get('email') ?? ''), password: String(form.get('password') ?? '') },
      client,
    ),
  );
  return new Authenticator<OpenedLogin | SecondStep>().use(strategy, 'form');
}

/**
 * The gate: nobody exists → /setup; nobody signed in, or the login died → /login, which leads back to where the person
 * was; a second factor that the team wants and the person lacks → its page. What a form carried is kept by the browser.
 */
export const requireSignIn: MiddlewareFunction<Response> = async (args, next) => {
  await requireLogin(args, next);
  if (args.context.get(signedInContext).mustEnrol) throw redirect('/second-factor');
};

/** The same for whoever is signed in, enrolled or not. */
export const requireLogin: MiddlewareFunction<Response> = async ({ request, url, context }) => {
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
  const back = localPath(pageOf(request, url));
  throw redirect(back === '/' ? '/login' : `/login?next=${encodeURIComponent(back)}`);
};

// Addresses that a page asks for data at: nobody wants to be led back to one.
const dataOnly =
  /^\/(sessions\/plan|blueprints\/-\/preview|account\/team|palette|acknowledge)$|^\/sessions\/[^/]+\/(events|payloads\/[^/]+)$/;

/** The page somebody was at: the one asked for, or the one that asked. */
function pageOf(request: Request, url: URL): string {
  if (!dataOnly.test(url.pathname)) return url.pathname + url.search;
  const from = request.headers.get('referer');
  if (from === null || !URL.canParse(from)) return '/';
  const page = new URL(from);
  return page.host === url.host ? page.pathname + page.search : '/';
}

/** The gate of `/admin`: its pages are for admins (access.md, Roles). What they show is asked of the services again. */
export const requireAdmin: MiddlewareFunction<Response> = async ({ context, request }) => {
  if (opensADocument(request)) return;
  assertAdmin(context);
};

/**
 * The same gate for a document, asked by the layout's loader: refused before any loader ran, the page would have neither
 * its frame nor the annunciator.
 */
export function assertAdmin(context: Context): void {
  try {
    authorize(actorOf(context), 'team.manage');
  } catch (error) {
    throw thrown(error, context);
  }
}

/** A page asked for by its address; what a page asks for by itself names its data, and has its frame already. */
function opensADocument({ method, url }: Request): boolean {
  return method === 'GET' && !new URL(url).pathname.endsWith('.data');
}

/** The actor of a protected page. */
export function actorOf(context: Context) {
  return context.get(signedInContext).actor;
}
