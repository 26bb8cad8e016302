import { NavLink, Outlet } from 'react-router';
import { assertAdmin, requireAdmin } from '../../auth.server.ts';
import { useCurrentInStrip } from '../../hooks/use-current-in-strip.ts';
import type { Route } from './+types/layout.ts';

export const middleware: Route.MiddlewareFunction[] = [requireAdmin];

// A page under a layout without a loader would open from another page without asking the server.
export function loader({ context }: Route.LoaderArgs) {
  assertAdmin(context);
  return null;
}

/** The pages of the administration, in the order of their tabs. */
const pages = [
  { to: '/admin/people', word: 'People' },
  { to: '/admin/team', word: 'Team' },
  { to: '/admin/webhooks', word: 'Webhooks' },
  { to: '/admin/tokens', word: 'Tokens' },
  { to: '/admin/audit', word: 'Audit' },
  { to: '/admin/retention', word: 'Retention' },
  { to: '/admin/personal-data', word: 'Personal data' },
  { to: '/admin/system', word: 'System' },
  { to: '/admin/locks', word: 'Locks' },
  { to: '/admin/drill', word: 'Drill' },
] as const;

/** What only admins may see; everybody else gets the page of a refusal. */
export default function Admin() {
  const nav = useCurrentInStrip();
  return (
    <>
      <nav ref={nav} aria-label="Administration" className="relative overflow-x-auto border-b-2 border-line-2">
        <ul className="flex">
          {pages.map((page) => (
            <li key={page.to} className="border-r border-line-1">
              <NavLink
                to={page.to}
                className={({ isActive }) =>
                  `engraved flex min-h-11 items-center whitespace-nowrap px-4 text-data ${isActive ? 'bg-inverse text-on-inverse' : 'text-ink-2 hover:bg-surface-2'}`
                }
              >
                {page.word}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <Outlet />
    </>
  );
}
