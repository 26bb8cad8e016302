import { Outlet } from 'react-router';
import { RouteFailure } from '../../components/route-failure.tsx';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import type { Route } from './+types/session-part.ts';

/** What a tab of the session brings. */
export default function SessionPart() {
  return <Outlet context={useSessionRoom()} />;
}

/** A tab that failed keeps the session around it: its state, its commands and the other tabs. */
export function ErrorBoundary({ error }: Route.ErrorBoundaryProps) {
  return <RouteFailure error={error} heading="h2" />;
}
