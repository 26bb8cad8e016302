import { readFileSync } from 'node:fs';
import type { RouteConfigEntry } from '@react-router/dev/routes';
import { createStaticHandler, type RouteObject, type RouterContextProvider } from 'react-router';
import { createLoadContext } from '../../app/context.ts';
import routes from '../../app/routes.ts';
import type { Services } from '../services.ts';

/** One address of the pages, as its route declares it. */
export interface PageRoute {
  /** `/sessions/:slug/tasks/new` */
  readonly pattern: string;
  readonly file: string;
  readonly acts: boolean;
  /** What its forms may ask for, read off the source of its action. */
  readonly intents: readonly string[];
}

const app = new URL('../../app/', import.meta.url);

/** The source of a page, and of what only the server reads of it: actions stand in either. */
function withActions(file: URL): string {
  const source = readFileSync(file, 'utf8');
  const actions = [...source.matchAll(/from '(\.{1,2}\/[^']+\.server\.ts)'/g)].map(([, path]) => path ?? '');
  return [source, ...actions.map((path) => readFileSync(new URL(path, file), 'utf8'))].join('\n');
}

/**
 * The pages as a router without a browser: every module of app/routes.ts with its own middleware, loader and action, over
 * the services given.
 */
export async function openPages(services: Services) {
  const found: PageRoute[] = [];

  async function objectOf(entry: RouteConfigEntry, above: string): Promise<RouteObject> {
    const module = (await import(new URL(entry.file, app).href)) as Record<string, unknown>;
    const pattern = entry.path === undefined ? above : `${above}/${entry.path}`;
    const leaf = entry.children === undefined;
    if (leaf && entry.path !== '*') {
      const source = withActions(new URL(entry.file, app));
      const intents = [...source.matchAll(/case '([a-z_]+)':|intent'\) === '([a-z_]+)'/g)];
      found.push({
        pattern: pattern === '' ? '/' : pattern,
        file: entry.file,
        acts: module.action !== undefined,
        intents: intents.flatMap(([, one, other]) => one ?? other ?? []),
      });
    }
    const { loader, action, middleware } = module;
    return {
      id: entry.id ?? entry.file.replace(/\.tsx?$/, ''),
      ...(entry.path !== undefined && { path: entry.path }),
      ...(entry.index === true && { index: true }),
      ...(loader !== undefined && { loader }),
      ...(action !== undefined && { action }),
      ...(middleware !== undefined && { middleware }),
      ...(entry.children !== undefined && {
        children: await Promise.all(entry.children.map((child) => objectOf(child, pattern))),
      }),
    } as unknown as RouteObject;
  }

  const root = await objectOf({ file: 'root.tsx', path: '', children: [...routes] }, '');
  const handler = createStaticHandler([root]);
  found.sort((a, b) => (a.pattern < b.pattern ? -1 : 1));

  return {
    routes: found,
    /** Answers the status, where it leads, and everything that loaders and actions gave out. */
    async ask(request: Request): Promise<{ status: number; location: string | null; cookies: string[]; told: string }> {
      const failures: unknown[] = [];
      const context: RouterContextProvider = createLoadContext({
        services,
        nonce: '',
        report: (error) => failures.push(error),
      });
      let told = '';
      const response = await handler.query(request, {
        requestContext: context,
        async generateMiddlewareResponse(query) {
          const answer = await query(request);
          if (answer instanceof Response) return answer;
          const { loaderData, actionData, errors, statusCode } = answer;
          told = JSON.stringify([loaderData, actionData, errors]);
          return new Response(null, { status: statusCode });
        },
      });
      if (failures.length > 0) throw failures[0];
      if (!(response instanceof Response)) throw new Error('The router answered without its middleware.');
      const { status, headers } = response;
      return { status, location: headers.get('location'), cookies: headers.getSetCookie(), told };
    },
  };
}
