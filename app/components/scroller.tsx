import clsx from 'clsx';
import type { ReactNode } from 'react';

/** A part that may be larger than its place and then scrolls in it, by keyboard too; named, because it takes the focus. */
export function Scroller({ label, className, children }: { label: string; className?: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={clsx('relative overflow-auto', className)} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
