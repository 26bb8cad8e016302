import clsx from 'clsx';
import { Link, useLocation } from 'react-router';
import { useCurrentInStrip } from '../hooks/use-current-in-strip.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';
import { useWide } from '../hooks/use-wide.ts';

/** The last word of a session's address; '' is the page it opens with. */
export type SessionTab = string;

export function tabOf(pathname: string): SessionTab {
  return pathname.split('/')[3] ?? '';
}

interface SessionTabsProps {
  base: string;
  tasks: number;
  checkpoints: number;
  /** Whether this person may read who did what to it. */
  audit: boolean;
}

/** What the middle shows. The timeline has a pane of its own on a desk; where one pane fits it is a tab like the others. */
export function SessionTabs({ base, tasks, checkpoints, audit }: SessionTabsProps) {
  const tabs = [
    { to: '', word: 'Timeline' },
    { to: 'graph', word: 'Graph' },
    { to: 'tasks', word: 'Tasks', count: tasks },
    { to: 'output', word: 'Output' },
    { to: 'changes', word: 'Changes' },
    { to: 'checkpoints', word: 'Checkpoints', count: checkpoints },
    { to: 'context', word: 'Context' },
    { to: 'metrics', word: 'Metrics' },
    ...(audit ? [{ to: 'audit', word: 'Audit' }] : []),
  ];
  const nav = useCurrentInStrip();
  const { pathname } = useLocation();
  const wide = useWide();
  const open = tabOf(pathname);
  // Beside the timeline the graph is what a session opens with.
  const current = useHydrated() && wide && open === '' ? 'graph' : open;
  return (
    <nav ref={nav} aria-label="Parts of the session" className="relative min-w-0 overflow-x-auto bg-surface-1">
      <ul className="flex">
        {tabs.map((tab) => (
          <li key={tab.to} className={tab.to === '' ? 'desk:hidden' : undefined}>
            <Link
              to={tab.to === '' ? base : `${base}/${tab.to}`}
              preventScrollReset
              aria-current={tab.to === current ? 'page' : undefined}
              className={clsx(
                'engraved flex min-h-11 items-center gap-2 whitespace-nowrap border-r border-line-1 px-4 text-data',
                tab.to === current ? 'bg-inverse text-on-inverse' : 'text-ink-2 hover:bg-surface-3 hover:text-ink-1',
              )}
            >
              {tab.word}
              {tab.count !== undefined && tab.count > 0 && <span className="font-data text-micro">{tab.count}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
