import type { ReactNode } from 'react';
import { Form, useFetcher } from 'react-router';
import type { Intent } from './command-bar-rules.ts';
import { Bar } from './ui/button.tsx';

/** All commands of a page share one fetcher: one is given at a time, and its answer has one place. */
export const commandKey = 'session-command';

/** A form of one order: with scripts the page stays where it is, without them it is an ordinary post. */
export function CommandForm({ action, intent, children }: { action: string; intent: Intent; children: ReactNode }) {
  return (
    <Form method="post" action={action} navigate={false} fetcherKey={commandKey}>
      <input type="hidden" name="intent" value={intent} />
      {children}
    </Form>
  );
}

/** The bar of an order; while one is on its way it says so and no other can be given. */
export function CommandSubmit({ intent, label, consequence }: { intent: Intent; label: string; consequence: string }) {
  const { state, formData } = useFetcher({ key: commandKey });
  const busy = state === 'submitting';
  const own = busy && formData?.get('intent') === intent;
  return (
    <Bar
      label={label}
      consequence={own ? 'Ordered, waiting until it is verified.' : consequence}
      pending={busy ? label : null}
      weight={primary.has(intent) ? 'weighty' : 'plain'}
      stacked
    />
  );
}

const primary: ReadonlySet<Intent> = new Set(['start', 'resume', 'retry', 'accept_plan', 'prompt', 'restore']);
