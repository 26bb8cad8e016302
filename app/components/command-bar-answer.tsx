import clsx from 'clsx';
import { type ReactNode, useEffect, useState } from 'react';
import { useFetcher, useSearchParams } from 'react-router';
import { remedies } from '../problem.ts';
import { commandKey } from './command-bar-form.tsx';
import { type CommandAnswer as Answer, intents, outcomes } from './command-bar-rules.ts';
import { taskIntents } from './task-intents.ts';
import { Button } from './ui/button.tsx';

const shownMs = 12_000;

/**
 * What became of the last order, given with scripts (the fetcher), without them and refused (`given`), or without them
 * and taken (`?done=`). It never moves what somebody reads: beside the tabs on a desk, above the rooms on a phone.
 */
export function CommandAnswer({ given }: { given: Answer | undefined }) {
  const fetcher = useFetcher<Answer>({ key: commandKey });
  const [search] = useSearchParams();
  const [closed, setClosed] = useState<Answer | null>(null);
  const told = search.get('done');
  const [before] = useState<Answer>(() => ({ done: [...intents, ...taskIntents].find((one) => one === told) }));
  const answer = fetcher.data ?? given ?? before;

  // A success has been read after a while; a refusal stays until somebody closes it or orders something else.
  const passing = answer.error === undefined && answer.done !== undefined;
  useEffect(() => {
    if (!passing) return;
    const timer = setTimeout(() => setClosed(answer), shownMs);
    return () => clearTimeout(timer);
  }, [passing, answer]);

  const quiet = answer.error === undefined && (answer.done === undefined || answer.done === 'answer');
  if (fetcher.state !== 'idle' || answer === closed || quiet) return null;
  const close = () => setClosed(answer);
  if (answer.error !== undefined) {
    return (
      <Box role="alert" broken onClose={close}>
        <b className="block font-data text-data text-broken">{answer.error.code}</b>
        {answer.error.message}
        <span className="block text-data text-ink-2">{remedies[answer.error.code]}</span>
        {answer.error.requestId !== null && (
          <span className="block select-all break-all font-data text-micro text-ink-3">
            request {answer.error.requestId}
          </span>
        )}
      </Box>
    );
  }
  if (answer.done === undefined || answer.done === 'answer') return null;
  return (
    <Box role="status" onClose={close}>
      {answer.verified === false
        ? 'Ordered, but not verified within 15 s: the agents are still being ended. The timeline will say when it stands.'
        : outcomes[answer.done]}
    </Box>
  );
}

interface BoxProps {
  role: 'alert' | 'status';
  broken?: boolean;
  onClose: () => void;
  children: ReactNode;
}

function Box({ role, broken = false, onClose, children }: BoxProps) {
  return (
    <div
      role={role}
      className={clsx(
        'flex items-start justify-between gap-3 border-l-4 bg-surface-2 py-2 pl-3 pr-2 max-lg:fixed max-lg:inset-x-0 max-lg:bottom-14 max-lg:z-20 max-lg:border-t-2',
        broken ? 'border-broken-rule' : 'border-live',
      )}
    >
      <p className="min-w-0 self-center break-words">{children}</p>
      <Button onClick={onClose} className="js-only shrink-0">
        Close
      </Button>
    </div>
  );
}
