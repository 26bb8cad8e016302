import { Outlet, useRevalidator, useRouteLoaderData } from 'react-router';
import { wholeStrip } from '../annunciator.ts';
import { acknowledgedIn } from '../annunciator-cookie.ts';
import { requireSignIn } from '../auth.server.ts';
import { LinkBanner } from '../components/link-banner.tsx';
import { RouteFailure } from '../components/route-failure.tsx';
import { Shell } from '../components/shell.tsx';
import { servicesContext, signedInContext } from '../context.ts';
import { guarded } from '../errors.server.ts';
import { ClockProvider } from '../hooks/use-clock.tsx';
import { useKeptForms } from '../hooks/use-kept-forms.ts';
import { useIdentity } from '../hooks/use-live.ts';
import { useSignals } from '../hooks/use-signals.ts';
import { preferencesOf } from '../preferences.server.ts';
import type { Route } from './+types/room.ts';

export const middleware: Route.MiddlewareFunction[] = [requireSignIn];

export const loader = guarded(async ({ request, context }: Route.LoaderArgs) => {
  const services = context.get(servicesContext);
  const { actor, teams, provenAt } = context.get(signedInContext);
  return {
    tiles: wholeStrip(await services.system.annunciator(actor)),
    acknowledged: acknowledgedIn(request.headers.get('cookie') ?? ''),
    actor,
    teams,
    provenAt,
    rehearsal: services.system.rehearsal,
    keys: (await preferencesOf(request)).keys === 'on',
    at: new Date(),
  };
});

/** The protected layout: whoever is inside is signed in, and sees the annunciator on every page. */
export default function Room({ loaderData }: Route.ComponentProps) {
  return (
    <Frame data={loaderData}>
      <Outlet />
    </Frame>
  );
}

/** A room that failed keeps its frame, so that the way out and the annunciator stay. */
export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  const data = useRouteLoaderData<typeof loader>('routes/room');
  const failure = <RouteFailure error={error} heading="h1" />;
  return data === undefined ? <main>{failure}</main> : <Frame data={data}>{failure}</Frame>;
}

function Frame({ data, children }: { data: Route.ComponentProps['loaderData']; children: React.ReactNode }) {
  const { tiles, at, lostSince } = useSignals(data);
  const { revalidate } = useRevalidator();
  useIdentity(() => void revalidate());
  useKeptForms();
  const user = { name: data.actor.name, role: data.actor.role, teamId: data.actor.teamId, teams: data.teams };
  return (
    <ClockProvider at={at} stopped={lostSince !== null}>
      <Shell
        tiles={tiles}
        acknowledged={data.acknowledged}
        user={user}
        rehearsal={data.rehearsal}
        keys={data.keys}
        banner={<LinkBanner lostSince={lostSince} />}
      >
        {children}
      </Shell>
    </ClockProvider>
  );
}
