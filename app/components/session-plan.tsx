import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { PlanPreview } from '../../server/domain/plan-preview.ts';
import { isExecuting, type PlanSource } from '../../server/domain/session.ts';
import { planWaits } from '../../server/domain/session-life.ts';
import { count, duration, plural } from '../format.ts';
import type { LiveState } from '../live.ts';
import type { AttemptBrief } from '../live-attempt.ts';
import { attemptSigns } from '../status.ts';
import { Panel } from './page.tsx';
import { PlanEnvelope, type Used } from './session-plan-envelope.tsx';
import { StatusBadge } from './status-badge.tsx';

interface SessionPlanProps {
  state: LiveState;
  attempts: readonly AttemptBrief[];
  envelope: Pick<PlanPreview, 'envelope' | 'basis'> | null;
  used: Used;
  collisions: number;
  base: string;
  /** The decision, while it waits for one. */
  children?: ReactNode;
}

/** Where the plan came from, what it is likely to take, and how much of that is used. */
export function SessionPlan({ state, attempts, envelope, used, collisions, base, children }: SessionPlanProps) {
  const { session, tasks } = state;
  const known = new Set(tasks.map((task) => task.id));
  const rounds = attempts.filter((attempt) => attempt.role === 'plan' && !known.has(attempt.taskId));
  return (
    <Panel title="Plan" id="plan" aside={tasks.length > 0 ? plural(tasks.length, 'task') : undefined}>
      <div className="flex flex-col gap-3 p-3 lg:p-4">
        {session.planSource === null ? (
          <p className="text-ink-2">
            {isExecuting(session.status)
              ? 'The plan is being made.'
              : session.plannedAt === null
                ? 'The plan is made when the session runs.'
                : 'Planned before plans said where they came from.'}
          </p>
        ) : (
          <Source source={session.planSource} />
        )}
        {envelope !== null && planWaits(session) && <OverLimit session={session} envelope={envelope.envelope} />}
        {children}
        {rounds.length > 0 && <Rounds rounds={rounds} base={base} />}
        {collisions > 0 && (
          <p className="text-data text-caution">
            {plural(collisions, 'pair')} of tasks may write the same paths: the second waits for the first.{' '}
            <Link to={`${base}/graph`} className="underline">
              Which
            </Link>
          </p>
        )}
      </div>
      {envelope !== null && <PlanEnvelope envelope={envelope.envelope} basis={envelope.basis} used={used} />}
      {tasks.length > 0 && (
        <p className="px-3 lg:px-4">
          <Link to={`${base}/blueprint`} className="inline-flex min-h-11 items-center underline">
            Save this graph as a blueprint
          </Link>
        </p>
      )}
    </Panel>
  );
}

/** Said before the plan is accepted: afterwards the limits speak for themselves. */
function OverLimit({ session, envelope }: { session: LiveState['session']; envelope: PlanPreview['envelope'] }) {
  const limit = session.maxDurationSeconds;
  const tokens = session.budget?.tokens;
  const over = [
    envelope.elapsedHours.p50 * 3600 > limit ? `its time limit of ${duration(limit)}` : '',
    tokens !== undefined && envelope.tokens.p50 > tokens ? `its cap of ${count(tokens)} tokens` : '',
  ].filter((one) => one !== '');
  if (over.length === 0) return null;
  return (
    <p className="border-l-4 border-caution pl-3 text-caution">It is likely to take more than {over.join(' and ')}.</p>
  );
}

const kinds: Record<PlanSource['kind'], string> = {
  blueprint: 'from the blueprint',
  rule: 'by a rule, from the blueprint',
  planner: 'by a planner agent',
  fallback: 'after the planner failed, from the blueprint',
};

function Source({ source }: { source: PlanSource }) {
  const { kind, blueprint, blueprintVersion, offered } = source;
  return (
    <>
      <p>{source.sentence}</p>
      <p className="font-data text-data text-ink-2">
        {kinds[kind]}
        {blueprint !== null && (
          <>
            {' '}
            <Link to={`/blueprints/${blueprint}`} className="underline">
              {blueprint}
            </Link>
            {blueprintVersion === null ? '' : ` ${blueprintVersion}`}
          </>
        )}
        {source.rounds > 0 && `; the planner was asked ${plural(source.rounds, 'time')}`}
      </p>
      {offered.length > 0 && (
        <p className="font-data text-data text-ink-2">
          fits too:{' '}
          {offered.map((key, at) => (
            <span key={key}>
              {at > 0 && ', '}
              <Link to={`/blueprints/${key}`} className="underline">
                {key}
              </Link>
            </span>
          ))}
        </p>
      )}
    </>
  );
}

function Rounds({ rounds, base }: { rounds: readonly AttemptBrief[]; base: string }) {
  return (
    <ul className="flex flex-col gap-1 font-data text-data">
      {rounds.map((round) => (
        <li key={round.id}>
          <span className="flex flex-wrap items-center gap-2">
            planner, attempt {round.number} <StatusBadge sign={attemptSigns[round.status]} />
            <Link to={`${base}/output?task=${round.taskId}`} className="inline-flex min-h-11 items-center underline">
              what it said
            </Link>
          </span>
          {round.error !== null && <span className="block break-words text-broken">{round.error.message}</span>}
        </li>
      ))}
    </ul>
  );
}
