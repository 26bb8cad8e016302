import { Form } from 'react-router';
import type { Context } from '../../../server/domain/context.ts';
import { Panel } from '../../components/page.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import type { OrderAnswer } from './context-action.server.ts';
import { nameOf } from './context-words.ts';

interface ContextOrdersProps {
  context: Pick<Context, 'name' | 'scope'>;
  refusals: { write: string | null; promote: string | null };
  problem: OrderAnswer | null;
}

/** What can be done with the whole of it: share, promote, remove. */
export function ContextOrders({ context, refusals, problem }: ContextOrdersProps) {
  return (
    <Panel title="The whole of it">
      <div className="flex flex-col gap-4 p-3 lg:p-4">
        {problem !== null && (
          <p role="alert" className="border-l-4 border-broken-rule pl-3 text-broken">
            {problem.message}
          </p>
        )}
        <Form method="post" className="flex flex-col gap-2">
          <input type="hidden" name="intent" value="share" />
          <label className="flex flex-col gap-1">
            <span className="font-semibold">Share with a session</span>
            <span className="text-data text-ink-2">Its slug, such as IND-7.</span>
            <input name="sessionId" required maxLength={64} spellCheck={false} autoComplete="off" className="control" />
          </label>
          <Bar
            label="Share"
            weight="plain"
            consequence="That session gets a copy of its own; this one stays as it is."
            refusal={refusals.write}
            stacked
          />
        </Form>
        <Confirm
          trigger="Promote to global"
          consequence="Every session of the team sees it, and it never expires."
          title={`Promote ${nameOf(context)} to global?`}
          confirm="Promote it"
          fields={{ intent: 'promote' }}
          weight="plain"
          refusal={refusals.promote ?? promoteRefusal(context)}
          className="w-full"
        >
          From then on its relevant part stands in the prompts of every session. The audit log says who promoted it.
        </Confirm>
        <Confirm
          trigger="Remove"
          consequence="Nobody sees it any more."
          title={`Remove ${nameOf(context)}?`}
          confirm="Remove it"
          fields={{ intent: 'remove' }}
          refusal={refusals.write}
          className="w-full"
        >
          Its values and its history are gone from every page and prompt. This cannot be undone.
        </Confirm>
      </div>
    </Panel>
  );
}

function promoteRefusal({ scope }: Pick<Context, 'scope'>): string | null {
  if (scope === 'global') return 'It is global already.';
  return scope === 'temporary' ? 'A temporary context cannot be promoted; share it with a session first.' : null;
}
