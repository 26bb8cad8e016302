import wordsFont from '@fontsource/ibm-plex-sans-condensed/files/ibm-plex-sans-condensed-latin-400-normal.woff2?url';
import boldFont from '@fontsource/ibm-plex-sans-condensed/files/ibm-plex-sans-condensed-latin-600-normal.woff2?url';
import heavyFont from '@fontsource/ibm-plex-sans-condensed/files/ibm-plex-sans-condensed-latin-700-normal.woff2?url';
import dataFont from '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-400-normal.woff2?url';
import boldDataFont from '@fontsource/jetbrains-mono/files/jetbrains-mono-latin-700-normal.woff2?url';
import { type ReactNode, useContext } from 'react';
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useRouteLoaderData } from 'react-router';
import type { Route } from './+types/root.ts';
import './app.css';
import { limitBody } from './body-limit.server.ts';
import { Failure } from './components/states.tsx';
import { earlyKeysScript } from './early-keys.ts';
import { NonceContext } from './nonce.ts';
import { preferencesOf } from './preferences.server.ts';
import { preferencesFrom } from './preferences.ts';
import { problemIn } from './problem.ts';

/** The faces of every word: asked for with the page, not after its styles. `faces.css` says what if they come late. */
export const links: Route.LinksFunction = () =>
  [wordsFont, boldFont, heavyFont, dataFont, boldDataFont].map((href) => ({
    rel: 'preload',
    href,
    as: 'font',
    type: 'font/woff2',
    crossOrigin: 'anonymous',
  }));

export const middleware: Route.MiddlewareFunction[] = [limitBody];

export async function loader({ request }: Route.LoaderArgs) {
  return { preferences: await preferencesOf(request) };
}

export function Layout({ children }: { children: ReactNode }) {
  const { theme, density } = useRouteLoaderData<typeof loader>('root')?.preferences ?? preferencesFrom({});
  return (
    <html lang="en" data-density={density} {...(theme === 'system' ? {} : { 'data-theme': theme })}>
      <head>
        <meta charSet="utf-8" />
        {/* A browser hides the nonce of what it has run: only the server knows it. */}
        <script
          nonce={useContext(NonceContext)}
          suppressHydrationWarning
          // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, and inline, so that no key comes before it.
          dangerouslySetInnerHTML={{ __html: earlyKeysScript }}
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content={theme === 'system' ? 'dark light' : theme === 'light' ? 'light' : 'dark'} />
        <Meta />
        {/* The empty nonce keeps the development stylesheet link equal on both sides of hydration. */}
        <Links nonce="" />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

/** The last net: no room could be shown, so no annunciator either. It says so and leads back. */
export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  const problem = problemIn(error);
  return (
    <main className="mx-auto flex min-h-dvh max-w-3xl flex-col justify-center">
      <title>{`${problem.code} · Control room`}</title>
      <Failure problem={problem} heading="h1" />
      <p className="px-4 lg:px-6">
        <a href="/" className="underline">
          Back to the overview
        </a>
      </p>
    </main>
  );
}
