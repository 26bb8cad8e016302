import type { ReactNode } from 'react';
import { Link } from 'react-router';
import type { Task } from '../../server/domain/task.ts';
import type { LiveSession } from '../live.ts';
import { CommandForm, CommandSubmit, commandKey } from './command-bar-form.tsx';
import { PromptForm } from './command-bar-prompt.tsx';
import type { Command, Intent } from './command-bar-rules.ts';
import { Bar, buttonShape } from './ui/button.tsx';
import { Confirm } from './ui/confirm.tsx';

const confirmed: Partial<Record<Intent, { title: (slug: string) => string; typed: boolean }>> = {
  stop: { title: (slug) => `Stop ${slug}?`, typed: false },
  cancel: { title: (slug) => `Cancel ${slug} for good?`, typed: false },
  reject_plan: { title: (slug) => `Reject the plan of ${slug}?`, typed: false },
  delete: { title: (slug) => `Delete ${slug}?`, typed: true },
};

/** Orders that need more than a press have a page of their own beside the tabs. */
const pages: Partial<Record<Intent, string>> = { restore: 'checkpoints', force_complete: 'force-complete' };

interface CommandBarProps {
  session: LiveSession;
  tasks: readonly Task[];
  commands: readonly Command[];
}

interface CommandOrderProps {
  command: Command;
  session: LiveSession;
  tasks: readonly Task[];
}

/** What can be done now, each with its consequence; below it what cannot, each with the reason. */
export function CommandBar({ session, tasks, commands }: CommandBarProps) {
  const possible = commands.filter((command) => command.refusal === null);
  const refused = commands.filter((command) => command.refusal !== null);
  return (
    <section aria-labelledby="commands" className="relative border-line-1 max-desk:border-t-2 desk:border-b">
      <h2 id="commands" className="engraved bg-surface-1 px-3 py-1.5 text-data desk:sr-only lg:px-4">
        Commands
      </h2>
      <div data-commands className="command-strip flex flex-col gap-2 p-3">
        {possible.length === 0 && <p className="text-ink-2">Nothing can be ordered now; the reasons stand below.</p>}
        {possible.map((command) => (
          <CommandOrder key={command.intent} command={command} session={session} tasks={tasks} />
        ))}
        {refused.length > 0 && (
          <details>
            <summary className="flex min-h-11 items-center px-2 text-data text-ink-2 underline">
              {refused.length} not possible now, and why
            </summary>
            <ul className="flex flex-col gap-2 desk:grid desk:grid-cols-3 desk:gap-1">
              {refused.map(({ intent, label, consequence, refusal }) => (
                <li key={intent}>
                  <Bar type="button" label={label} consequence={consequence} refusal={refusal} stacked />
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </section>
  );
}

/** One possible order with its consequence; weighty ones are asked for first. */
export function CommandOrder({ command, session, tasks }: CommandOrderProps) {
  const { intent, label, consequence } = command;
  const action = `/sessions/${session.slug}`;
  const ask = confirmed[intent];
  if (intent === 'prompt') return <PromptForm action={action} consequence={consequence} tasks={tasks} />;
  const page = pages[intent];
  if (page !== undefined) {
    return (
      <Link
        to={`${action}/${page}`}
        className={`${buttonShape({ weight: 'plain' })} flex-col items-start! justify-start! gap-0.5! py-2`}
      >
        <span>{label}</span>
        <Consequence>{consequence}</Consequence>
      </Link>
    );
  }
  if (ask !== undefined) {
    return (
      <Confirm
        trigger={label}
        consequence={consequence}
        title={ask.title(session.slug)}
        confirm={`${label} ${session.slug}`}
        fields={{ intent }}
        action={action}
        fetcherKey={commandKey}
        {...(ask.typed ? { typed: session.slug, proof: true } : {})}
        className="w-full"
      >
        <p>{consequence}</p>
      </Confirm>
    );
  }
  return (
    <CommandForm action={action} intent={intent}>
      <CommandSubmit intent={intent} label={label} consequence={consequence} />
    </CommandForm>
  );
}

function Consequence({ children }: { children: ReactNode }) {
  return <span className="font-words text-data font-normal normal-case tracking-normal">{children}</span>;
}
