import type { SessionPlanPreview } from '../../server/domain/plan-preview.ts';
import { planSigns } from '../status.ts';
import { choiceId } from './blueprint-picker.tsx';
import { Panel } from './page.tsx';
import { PlanView } from './plan-view.tsx';
import { StatusBadge } from './status-badge.tsx';

/** What a session would be planned by, or what is missing before that can be said. */
export interface PlanAheadState {
  readonly plan: SessionPlanPreview | null;
  readonly problems: readonly string[];
}

/** The plan of a session that is not there yet: who makes it and why, and what it is likely to take. */
export function PlanAhead({ state, busy }: { state: PlanAheadState | null; busy: boolean }) {
  return (
    <Panel title="Plan ahead" aside={busy ? 'planning' : undefined} className="border border-line-3">
      <div aria-live="polite">
        {state === null ? (
          <p className="px-3 py-4 text-ink-2 lg:px-4">
            Say the goal, and what it is likely to take stands here before it starts.
          </p>
        ) : state.plan === null ? (
          <ul className="border-l-4 border-caution px-3 py-3 lg:px-4">
            {state.problems.map((problem) => (
              <li key={problem} className="break-words text-data">
                {problem}
              </li>
            ))}
          </ul>
        ) : (
          <Source source={state.plan.source} />
        )}
      </div>
      {state?.plan != null &&
        (state.plan.preview === null ? (
          <p className="border-t border-line-1 px-3 py-3 text-data text-ink-2 lg:px-4">
            Its tasks, hours, tokens and cost are unknown until the planner has written it. Choose “a person accepts the
            plan” to see them before any task runs.
          </p>
        ) : (
          <div className="border-t border-line-1">
            <PlanView preview={state.plan.preview} />
          </div>
        ))}
    </Panel>
  );
}

function Source({ source }: { source: SessionPlanPreview['source'] }) {
  return (
    <div className="flex flex-col gap-2 px-3 py-3 lg:px-4">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StatusBadge sign={planSigns[source.kind]} />
        {source.sentence}
      </p>
      {source.offered.length > 0 && (
        <p className="flex flex-wrap items-center gap-2 text-data">
          Instead:
          {source.offered.map((key) => (
            <label
              key={key}
              htmlFor={choiceId(key)}
              className="flex min-h-11 cursor-pointer items-center border-2 border-line-3 px-3 font-data hover:bg-surface-3"
            >
              {key}
            </label>
          ))}
        </p>
      )}
    </div>
  );
}
