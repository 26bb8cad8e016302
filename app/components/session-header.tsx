import clsx from 'clsx';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { addUsage, emptyUsage } from '../../server/domain/metrics.ts';
import { isExecuting } from '../../server/domain/session.ts';
import { health } from '../../server/domain/session-life.ts';
import { count, date, dateTime, duration, percent, plural, time, usd } from '../format.ts';
import { useClockStopped, useNow } from '../hooks/use-clock.tsx';
import type { LiveSession, LiveState } from '../live.ts';
import { attentionSigns, sessionSigns, toneRule, toneText } from '../status.ts';
import { Age } from './age.tsx';
import { Glyph } from './glyph.tsx';
import { Reading } from './page.tsx';
import { RehearsalMark } from './rehearsal-mark.tsx';
import { verdictOf } from './session-header-verdict.ts';
import { StatusBadge } from './status-badge.tsx';

interface SessionHeaderProps {
  state: LiveState;
  repository: string;
  rehearsal: boolean;
}

/** State, clock, cost and the one sentence that says what is the matter: read in three seconds. */
export function SessionHeader({ state, repository, rehearsal }: SessionHeaderProps) {
  const { session } = state;
  const usage = Object.values(state.usage).reduce(addUsage, emptyUsage);
  const attention = session.attention.kind === 'none' ? null : attentionSigns[session.attention.kind];
  return (
    <header className="border-b-2 border-line-2">
      <div className="flex flex-wrap items-center gap-x-6">
        <div className="flex min-w-0 flex-wrap items-center gap-x-4 gap-y-2 px-3 pt-3 lg:px-4 xl:py-1">
          <h1 className="flex min-w-0 flex-wrap items-baseline gap-x-3 text-title font-semibold">
            <span className="font-data text-lead font-bold">{session.slug}</span>
            <span className="min-w-0 break-words">{session.title}</span>
          </h1>
          <div className="flex flex-wrap items-center gap-2">
            <StatusBadge sign={sessionSigns[session.status]} size="large" />
            <span className="font-data text-data text-ink-2">
              for <Age since={session.statusSince} />
            </span>
            {attention !== null && <StatusBadge sign={attention} size="large" />}
            {rehearsal && <RehearsalMark />}
          </div>
        </div>
        <VerdictLine state={state} />
      </div>
      <dl className="grid grid-cols-2 border-t border-line-1 sm:grid-cols-4 lg:grid-cols-7 [&_dt]:whitespace-nowrap [&>div]:border-r [&>div]:border-line-1">
        <Clock session={session} />
        <Reading name="Progress">
          {session.progress.total > 0
            ? `${session.progress.completed} / ${plural(session.progress.total, 'task')}`
            : state.tasks.length > 0
              ? 'no task counts'
              : 'no plan yet'}
        </Reading>
        <Health session={session} />
        <Reading name="Cost, tokens" tone={usage.costUsd === null ? 'text-caution' : ''}>
          {usd(usage.costUsd)}
          <span className="block text-micro text-ink-3">
            {count(usage.inputTokens)} in · {count(usage.outputTokens)} out
          </span>
        </Reading>
        <Reading name="Retries">{session.retryCount} of 3</Reading>
        <Reading name="Branch">
          <span className="select-all">{session.branch ?? 'not opened yet'}</span>
        </Reading>
        <Reading name="Repository">{repository}</Reading>
      </dl>
      <p className="sr-only" role="status" aria-live="polite">
        {session.slug} is {sessionSigns[session.status].word}
      </p>
      <p className="sr-only" role="alert" aria-live="assertive">
        {attention === null ? '' : `${session.slug} needs you: ${attention.word}`}
      </p>
    </header>
  );
}

/** Characters that still stand beside a title. */
const longSentence = 56;

function VerdictLine({ state }: { state: LiveState }) {
  const { tone, sentence, next } = verdictOf(state);
  return (
    <p
      className={clsx(
        'mx-3 my-2 flex min-w-0 grow flex-wrap items-center justify-between gap-x-6 border-l-4 pl-3 text-lead lg:mx-4 xl:flex-nowrap',
        // A long sentence has a line of its own rather than five short ones beside the title.
        sentence.length > longSentence ? 'basis-full' : 'basis-72',
        toneRule[tone],
        tone === 'quiet' || tone === 'live' ? 'text-ink-1' : toneText[tone],
      )}
    >
      <span className="min-w-0 break-words">{sentence}</span>
      <span className="flex flex-wrap gap-x-6 xl:shrink-0">
        {next !== null && (
          <Next to={next.to}>
            {next.words} <Glyph name="arrow" size={12} />
          </Next>
        )}
        <span className="desk:hidden">
          <Next to="#commands">Commands</Next>
        </span>
      </span>
    </p>
  );
}

function Next({ to, children }: { to: string; children: ReactNode }) {
  const shape = 'inline-flex min-h-11 items-center gap-2 text-body text-ink-1 underline';
  // A place on this page must not change the tab that is open.
  if (to.startsWith('#')) {
    return (
      <a href={to} className={shape}>
        {children}
      </a>
    );
  }
  return (
    <Link to={to} className={shape}>
      {children}
    </Link>
  );
}

/** Time used against the limit: time paused does not count, and a lost link stops the clock. */
function Clock({ session }: { session: LiveSession }) {
  const now = useNow();
  const stopped = useClockStopped();
  const elapsed = elapsedSeconds(session, now);
  const used = Math.min(1, elapsed / session.maxDurationSeconds);
  const tone = used > 0.9 ? 'broken' : used > 0.7 ? 'caution' : 'quiet';
  const live = isExecuting(session.status);
  return (
    <Reading name={session.status === 'paused' ? 'Clock (held)' : 'Clock'}>
      <span className={clsx('whitespace-nowrap', live && toneText[tone], stopped && live && 'line-through')}>
        {duration(elapsed)} of {duration(session.maxDurationSeconds)}
      </span>
      <svg
        viewBox="0 0 100 4"
        preserveAspectRatio="none"
        aria-hidden="true"
        className={clsx('mt-1 block h-1 w-full', toneText[tone])}
      >
        <rect width="100" height="4" fill="var(--color-surface-3)" />
        <rect width={used * 100} height="4" fill="currentColor" />
      </svg>
      {session.deadlineAt !== null && live && (
        <span className="block text-micro text-ink-3">ends {endsAt(session.deadlineAt, now)}</span>
      )}
    </Reading>
  );
}

/** The time alone on the same day, so that it fits its place. */
function endsAt(at: Date, now: Date): string {
  return date(at) === date(now) ? time(at) : dateTime(at);
}

/** Seconds of running so far, pauses left out. */
export function elapsedSeconds(
  session: Pick<LiveSession, 'startedAt' | 'endedAt' | 'pausedAt' | 'pausedSeconds'>,
  now: Date,
): number {
  if (session.startedAt === null) return 0;
  const until = session.endedAt ?? session.pausedAt ?? now;
  return Math.max(0, (until.getTime() - session.startedAt.getTime()) / 1000 - session.pausedSeconds);
}

function Health({ session }: { session: LiveSession }) {
  const value = health(session, useNow());
  const tone = value >= 0.7 ? '' : value >= 0.5 ? 'text-caution' : 'text-broken';
  return (
    <Reading name="Health" tone={tone}>
      {percent(value)}
    </Reading>
  );
}
