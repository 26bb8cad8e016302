import type { LiveSession } from '../live.ts';
import { CommandOrder } from './command-bar.tsx';
import { type Command, planIntents } from './command-bar-rules.ts';
import { Bar } from './ui/button.tsx';

interface PlanDecisionProps {
  session: LiveSession;
  commands: readonly Command[];
}

/** Accept or reject, where the plan is read; the reason stands there when this person may not. */
export function PlanDecision({ session, commands }: PlanDecisionProps) {
  return (
    <div className="flex flex-col gap-2">
      {commands
        .filter(({ intent }) => planIntents.has(intent))
        .map((command) =>
          command.refusal === null ? (
            <CommandOrder key={command.intent} command={command} session={session} tasks={[]} />
          ) : (
            <Bar
              key={command.intent}
              type="button"
              label={command.label}
              consequence={command.consequence}
              refusal={command.refusal}
              stacked
            />
          ),
        )}
    </div>
  );
}
