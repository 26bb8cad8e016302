import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { duration } from '../format.ts';
import { type Problem, remedies } from '../problem.ts';
import { Glyph } from './glyph.tsx';

/** Nothing to show, and the exact next action. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: { to: string; words: string };
}) {
  return (
    <div className="flex flex-col items-start gap-3 border-l-4 border-line-2 px-4 py-6 lg:px-6 lg:py-10">
      <p className="text-lead font-semibold">{title}</p>
      {children !== undefined && <div className="max-w-prose text-pretty text-ink-2">{children}</div>}
      {action !== undefined && <ActionLink to={action.to}>{action.words}</ActionLink>}
    </div>
  );
}

/** A link that looks as weighty as a button, because it starts something; the key C follows the one that `creates`. */
export function ActionLink({ to, creates = false, children }: { to: string; creates?: boolean; children: ReactNode }) {
  return (
    <Link
      to={to}
      {...(creates ? { 'data-key': 'create' } : {})}
      className="engraved inline-flex min-h-11 items-center gap-3 border-2 border-inverse bg-inverse px-4 text-data text-on-inverse hover:bg-surface-0 hover:text-ink-1"
    >
      {children}
      <Glyph name="arrow" size={14} />
    </Link>
  );
}

/** Something is on its way and nothing was shown before. */
export function Loading({ what }: { what: string }) {
  return (
    <p role="status" className="border-l-4 border-stream px-4 py-6 font-data text-data text-ink-2">
      Loading {what}
    </p>
  );
}

/** What went wrong, what to do, and the request's id for whoever reads the log. */
export function Failure({ problem, heading: Heading = 'h2' }: { problem: Problem; heading?: 'h1' | 'h2' }) {
  return (
    <div role="alert" className="border-l-4 border-broken-rule px-4 py-6 lg:px-6 lg:py-10">
      <p className="flex items-center gap-2 font-data text-data font-bold text-broken">
        <Glyph name="cross" /> {problem.code}
      </p>
      <Heading className="mt-2 max-w-prose text-balance text-title font-semibold wrap-anywhere">
        {problem.message}
      </Heading>
      <p className="mt-2 max-w-prose text-pretty text-ink-2">{remedies[problem.code]}</p>
      {problem.retryAfterSeconds !== null && (
        <p className="mt-1 font-data text-data">Possible again in {duration(problem.retryAfterSeconds)}.</p>
      )}
      {(problem.code === 'NOT_FOUND' || problem.code === 'FORBIDDEN') && (
        <p className="mt-4 flex flex-wrap gap-2">
          <ActionLink to="/">Overview</ActionLink>
          <ActionLink to="/sessions">Sessions</ActionLink>
        </p>
      )}
      {problem.requestId !== null && (
        <p className="mt-4 font-data text-micro text-ink-3">
          Request <span className="select-all">{problem.requestId}</span>
        </p>
      )}
    </div>
  );
}

/** A sentence that something was done; polite to a screen reader. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="border-l-4 border-live bg-surface-1 px-4 py-3">
      {children}
    </p>
  );
}
