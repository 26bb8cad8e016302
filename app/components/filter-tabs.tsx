import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

interface Tab {
  to: string;
  words: string;
  on: boolean;
}

/** Views of one list as links: the one shown is inverse. */
export function FilterTabs({ label, tabs, aside }: { label: string; tabs: readonly Tab[]; aside?: ReactNode }) {
  return (
    <nav aria-label={label} className="flex flex-wrap items-stretch justify-between border-b-2 border-line-2">
      <ul className="flex flex-wrap">
        {tabs.map((tab) => (
          <li key={tab.to} className="border-r border-line-1">
            <Link
              to={tab.to}
              aria-current={tab.on ? 'true' : undefined}
              className={clsx(
                'engraved flex min-h-11 items-center px-4 text-data',
                tab.on ? 'bg-inverse text-on-inverse' : 'text-ink-2 hover:bg-surface-2',
              )}
            >
              {tab.words}
            </Link>
          </li>
        ))}
      </ul>
      {aside !== undefined && <p className="self-center px-3 font-data text-data text-ink-2 lg:px-4">{aside}</p>}
    </nav>
  );
}
