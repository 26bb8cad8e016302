import { type ReactNode, useEffect, useRef } from 'react';
import { type Actor, refusal } from '../../server/domain/actor.ts';
import type { Ask } from '../../server/domain/ask.ts';
import type { PlanPreview } from '../../server/domain/plan-preview.ts';
import type { Task } from '../../server/domain/task.ts';
import type { AddressInUse } from '../hooks/use-address.ts';
import type { LiveCollision, LiveEvent, LiveState } from '../live.ts';
import type { AttemptBrief } from '../live-attempt.ts';
import { attemptsUntil, decisionsUntil } from '../live-past.ts';
import { AskCard } from './ask-card.tsx';
import { PlanDecision } from './command-bar-plan.tsx';
import type { Command } from './command-bar-rules.ts';
import { pastRefusal } from './past-bar.tsx';
import { SessionConflicts } from './session-conflicts.tsx';
import { SessionEvent } from './session-event.tsx';
import { SessionPlan } from './session-plan.tsx';
import type { Used } from './session-plan-envelope.tsx';
import { type Inspection, TaskInspector } from './task-inspector.tsx';
import { namesOf } from './timeline-words.ts';

interface SessionInspectorProps {
  state: LiveState;
  actor: Actor;
  attempts: readonly AttemptBrief[];
  inspection: Inspection | null;
  event: LiveEvent | 'missing' | null;
  conflicts: Parameters<typeof SessionConflicts>[0]['conflicts'];
  collisions: readonly LiveCollision[];
  envelope: Pick<PlanPreview, 'envelope' | 'basis'> | null;
  used: Used;
  /** The second that is shown; null is now. */
  at: Date | null;
  /** The plan waits for a person. */
  deciding: boolean;
  commands: readonly Command[];
  address: AddressInUse;
  base: string;
  lastSeq: number;
  /** What stands at the end of it, whatever it shows. */
  foot: ReactNode;
}

/** The right pane: what waits for a person before all else, then the event and the task the address names, then the plan. */
export function SessionInspector(props: SessionInspectorProps) {
  const { state, actor, attempts, inspection, event, conflicts, collisions, envelope, used, at, deciding } = props;
  const { commands, address, base, lastSeq } = props;
  const { session, tasks, asks } = state;
  const keyOf = (id: string) => tasks.find((task) => task.id === id)?.key ?? 'a task';
  const plan = { state, attempts, envelope, used, collisions: collisions.length, base };
  const subject = { teamId: session.teamId, createdBy: session.createdBy };
  const pane = useFocusAfter(asks.length);
  return (
    <aside
      ref={pane}
      aria-label="Inspector"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls must be reachable by keyboard
      tabIndex={0}
      className="flex min-h-0 flex-col outline-offset-[-3px]! desk:h-full desk:overflow-y-auto"
    >
      <Asks
        asks={asks}
        tasks={tasks}
        action={base}
        refusal={at === null ? refusal(actor, 'ask.answer', subject) : pastRefusal(at)}
      />
      {at === null && <SessionConflicts conflicts={conflicts} keyOf={keyOf} />}
      {deciding && (
        <div className="border-4 border-waiting">
          <SessionPlan {...plan}>
            <PlanDecision session={session} commands={commands} />
          </SessionPlan>
        </div>
      )}
      {address.event !== null && event !== null && (
        <SessionEvent
          key={address.event}
          seq={address.event}
          event={event === 'missing' ? null : event}
          lastSeq={lastSeq}
          names={namesOf(tasks)}
          address={address}
          base={base}
        />
      )}
      {inspection === null ? (
        event === null && (
          <p data-rest className="border-b border-line-1 px-3 py-3 text-data text-ink-2 lg:px-4">
            Choose a row of the timeline or a task: all of it opens here.
          </p>
        )
      ) : (
        <TaskInspector
          key={inspection.taskId}
          inspection={{
            ...inspection,
            attempts: attemptsUntil(inspection.attempts, at),
            decisions: decisionsUntil(inspection.decisions, at),
          }}
          state={state}
          collisions={collisions}
          actor={actor}
          base={base}
          close={address.to({ task: null, event: null })}
          refusal={at === null ? null : pastRefusal(at)}
          leads={event === null}
        />
      )}
      {!deciding && at === null && (
        <div data-rest>
          <SessionPlan {...plan} />
        </div>
      )}
      {props.foot}
    </aside>
  );
}

/** An answered ask goes away with the button that was pressed: the focus stays in the pane instead of getting lost. */
function useFocusAfter(asks: number) {
  const pane = useRef<HTMLElement>(null);
  const before = useRef(asks);
  useEffect(() => {
    const answered = asks < before.current;
    before.current = asks;
    if (answered && document.activeElement === document.body) pane.current?.focus({ preventScroll: true });
  }, [asks]);
  return pane;
}

interface AsksProps {
  asks: readonly Ask[];
  tasks: readonly Task[];
  action: string;
  refusal: string | null;
}

/** What agents wait for. */
function Asks({ asks, tasks, action, refusal }: AsksProps) {
  if (asks.length === 0) return null;
  return (
    <section id="asks" aria-label="Waits for you" className="flex scroll-mt-32 flex-col gap-3 p-3">
      {asks.map((ask) => (
        <AskCard
          key={ask.id}
          ask={ask}
          task={tasks.find((task) => task.id === ask.taskId)}
          action={action}
          refusal={refusal}
        />
      ))}
    </section>
  );
}
