import clsx from 'clsx';
import { Form } from 'react-router';
import { mostInBatch } from '../../server/domain/session-batch.ts';
import { plural } from '../format.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';
import { batchWords, offeredVerbs } from '../session-batch.ts';
import { batchForm } from './session-row.tsx';
import { Button } from './ui/button.tsx';

interface BatchBarProps {
  selected: ReadonlySet<string>;
  onClear: () => void;
}

/**
 * What can be done with the selected sessions; each order is shown with its consequence before it is given. Over the
 * page's foot while something is selected; without scripts it stands under the table.
 */
export function BatchBar({ selected, onClear }: BatchBarProps) {
  const live = useHydrated();
  const tooMany = selected.size > mostInBatch;
  if (live && selected.size === 0) return null;
  return (
    <Form
      id={batchForm}
      method="get"
      action="/sessions/batch"
      aria-label="With the selected sessions"
      data-commands
      className={clsx(
        'flex flex-wrap items-center gap-2 border-t-4 border-inverse bg-surface-1 px-3 py-2 lg:px-4',
        live && 'fixed inset-x-0 bottom-12 z-10 lg:bottom-0',
      )}
    >
      {/* Sent by the bar, since not every selected row has its box in the page. */}
      {[...selected].map((slug) => (
        <input key={slug} type="hidden" name="s" value={slug} />
      ))}
      <p role="status" className="min-w-32 flex-1 font-data text-data sm:flex-none">
        {!live
          ? 'With the selected:'
          : tooMany
            ? `${selected.size} selected; at most ${mostInBatch} at once`
            : `${plural(selected.size, 'session')} selected`}
      </p>
      {live && (
        <Button onClick={onClear} className="sm:order-last sm:ml-auto">
          Clear
        </Button>
      )}
      <div className="flex w-full gap-2 overflow-x-auto sm:w-auto sm:flex-wrap">
        {offeredVerbs.map((verb) => (
          <Button key={verb} type="submit" name="verb" value={verb} disabled={tooMany}>
            {batchWords[verb].word}
          </Button>
        ))}
      </div>
    </Form>
  );
}
