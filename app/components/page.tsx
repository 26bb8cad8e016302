import clsx from 'clsx';
import type { ReactNode } from 'react';

/** The head of a page: its one h1 (as it was `given` by a person, or engraved), what it is for, its weightiest action. */
export function PageHeader({
  title,
  given = false,
  note,
  children,
}: {
  title: string;
  given?: boolean;
  note?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-b-2 border-line-2 px-3 py-3 sm:flex-nowrap lg:px-4 lg:py-2">
      <div className="min-w-0 lg:flex lg:min-h-11 lg:items-center lg:gap-x-6">
        <h1 className={given ? 'break-words text-title font-bold' : 'engraved text-title font-bold lg:shrink-0'}>
          {title}
        </h1>
        {note !== undefined && <p className="max-w-[80ch] text-balance text-body text-ink-2">{note}</p>}
      </div>
      {children}
    </header>
  );
}

interface PanelProps {
  title: string;
  /** A figure or a word at the right end of the heading's rule. */
  aside?: ReactNode;
  id?: string;
  className?: string;
  children: ReactNode;
}

/** A named part of a page: a heading on a hard rule, no box, no shadow. */
export function Panel({ title, aside, id, className, children }: PanelProps) {
  const heading = id ?? `panel-${title.toLowerCase().replace(/[^a-z]+/g, '-')}`;
  return (
    <section aria-labelledby={heading} className={clsx('min-w-0 bg-surface-0', className)}>
      <div className="flex items-center justify-between gap-3 border-b border-line-2 bg-surface-1 px-3 py-1.5 lg:px-4">
        <h2 id={heading} className="engraved text-data">
          {title}
        </h2>
        {aside !== undefined && <span className="font-data text-micro text-ink-2">{aside}</span>}
      </div>
      {children}
    </section>
  );
}

/** A value with its name and unit, as on an instrument. */
export function Reading({ name, children, tone = '' }: { name: string; children: ReactNode; tone?: string }) {
  return (
    <div className="min-w-0 px-3 py-row lg:px-4">
      <dt className="engraved text-micro text-ink-3">{name}</dt>
      <dd className={clsx('break-words font-data text-data', tone)}>{children}</dd>
    </div>
  );
}
