import { AlertDialog } from 'radix-ui';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { Form, useFetcher, useNavigation } from 'react-router';
import { useHydrated } from '../../hooks/use-hydrated.ts';
import { ProofField } from '../proof.tsx';
import { Button, buttonShape, type Weight } from './button.tsx';

interface ConfirmProps {
  /** The word on the button that opens it. */
  trigger: string;
  /** What it does, on the button itself; the rest is said before it is confirmed. */
  consequence?: string;
  title: string;
  /** What will happen, and what will not; the audit text where one is written. */
  children: ReactNode;
  /** The word on the button that does it. */
  confirm: string;
  /** Hidden fields of the form, such as `intent`. */
  fields: Record<string, string>;
  /** The action's path; the current page without it. */
  action?: string;
  /** What has to be typed before it can be done; sent as `confirmation` and judged again by the action. */
  typed?: string;
  /** Sends it through this fetcher, so that the page stays where it is. */
  fetcherKey?: string;
  /** It weighs: the password is asked for here when the last proof is too old. */
  proof?: boolean;
  refusal?: string | null;
  weight?: Weight;
  className?: string;
}

/**
 * Asks before something of weight. With scripts a modal dialog; without them the same form unfolds in its place, so that
 * nothing is ever one careless press away and nothing needs JavaScript.
 */
export function Confirm(props: ConfirmProps) {
  const { children, ...form } = props;
  const { trigger, consequence, title, refusal = null, weight = 'broken', className = '' } = form;
  const hydrated = useHydrated();
  const [open, setOpen] = useState(false);
  const { busy, own } = useOnItsWay(props);
  // Two lines stand like those of every bar; a word alone stands in the middle of its button.
  const stacked = consequence !== undefined || refusal !== null;
  const shape = `${buttonShape({ weight })} ${stacked ? 'flex-col items-start! justify-start! gap-0.5! py-2 text-left' : ''} ${className}`;
  const words = (
    <>
      {own && consequence === undefined ? 'Sending' : trigger}
      {consequence !== undefined && (
        <span className="font-words text-data font-normal normal-case tracking-normal">
          {own ? 'Sent, waiting for the answer.' : consequence}
        </span>
      )}
    </>
  );

  if (refusal !== null) {
    return (
      <button type="button" disabled className={shape}>
        {trigger}
        <span className="font-words text-data font-normal normal-case tracking-normal">{refusal}</span>
      </button>
    );
  }
  if (!hydrated) {
    return (
      <details className="w-full">
        <summary className={`${shape} list-none`}>{words}</summary>
        <div className="flex flex-col gap-3 border-2 border-line-3 p-4">
          <p className="text-lead font-semibold">{title}</p>
          <div className="text-ink-2">{children}</div>
          <ConfirmForm {...form} />
        </div>
      </details>
    );
  }
  return (
    <AlertDialog.Root open={open} onOpenChange={setOpen}>
      <AlertDialog.Trigger
        className={shape}
        // Not `disabled`: the closing dialog gives the focus back to it.
        aria-disabled={busy || undefined}
        onClick={(event) => busy && event.preventDefault()}
      >
        {words}
      </AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-surface-0/80" />
        <AlertDialog.Content className="fixed inset-x-0 bottom-0 z-50 flex max-h-dvh flex-col gap-4 overflow-y-auto border-4 border-inverse bg-surface-1 p-4 sm:inset-x-auto sm:bottom-auto sm:left-1/2 sm:top-24 sm:w-full sm:max-w-xl sm:-translate-x-1/2 sm:p-6">
          <AlertDialog.Title className="text-title font-semibold">{title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="text-body text-ink-2">{children}</div>
          </AlertDialog.Description>
          <ConfirmForm {...form} onSubmit={() => setOpen(false)}>
            <AlertDialog.Cancel asChild>
              <Button>Leave it as it is</Button>
            </AlertDialog.Cancel>
          </ConfirmForm>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}

/** The dialog is gone before the answer is there: until then the button that opened it says so, and opens nothing. */
function useOnItsWay({ fields, action, fetcherKey }: ConfirmProps): { busy: boolean; own: boolean } {
  const navigation = useNavigation();
  const fetcher = useFetcher(fetcherKey === undefined ? {} : { key: fetcherKey });
  const { formMethod, formData, formAction } = fetcherKey === undefined ? navigation : fetcher;
  const busy = formMethod === 'POST';
  const here = action === undefined || action === formAction;
  return { busy, own: busy && here && Object.entries(fields).every(([name, value]) => formData?.get(name) === value) };
}

interface ConfirmFormProps extends Omit<ConfirmProps, 'children'> {
  children?: ReactNode;
  onSubmit?: (event: FormEvent) => void;
}

function ConfirmForm({
  confirm,
  fields,
  action,
  typed,
  fetcherKey,
  proof = false,
  weight = 'broken',
  onSubmit,
  children,
}: ConfirmFormProps) {
  const id = useId();
  const hydrated = useHydrated();
  const [text, setText] = useState('');
  const busy = useNavigation().state === 'submitting';
  const ready = typed === undefined || !hydrated || text.trim() === typed;
  return (
    <Form
      method="post"
      {...(action === undefined ? {} : { action })}
      {...(onSubmit === undefined ? {} : { onSubmit })}
      {...(fetcherKey === undefined ? {} : { navigate: false, fetcherKey })}
      className="flex flex-col gap-3"
    >
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {typed !== undefined && (
        <label htmlFor={id} className="flex flex-col gap-1">
          <span>
            Type <b className="select-all font-data">{typed}</b> to confirm
          </span>
          <input
            id={id}
            name="confirmation"
            required
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className="control"
          />
        </label>
      )}
      {proof && <ProofField />}
      <div className="flex flex-col gap-2 sm:flex-row-reverse">
        <Button type="submit" weight={weight} disabled={!ready || busy} className="flex-1">
          {confirm}
        </Button>
        {children}
      </div>
    </Form>
  );
}
