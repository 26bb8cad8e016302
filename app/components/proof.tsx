import { useEffect, useId, useRef } from 'react';
import { Form, Link, useNavigation, useRouteLoaderData } from 'react-router';
import { proofStands } from '../../server/domain/weighty.ts';
import { useNow } from '../hooks/use-clock.tsx';
import { type ProofAsked, proofField } from '../proof.ts';
import { Glyph } from './glyph.tsx';
import { PageHeader } from './page.tsx';
import { Bar } from './ui/button.tsx';

interface PasswordProps {
  invalid?: string | null;
  focused?: boolean;
}

function Password({ invalid = null, focused = false }: PasswordProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focused) input.current?.focus();
  }, [focused]);
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-semibold">
        Your password <span className="font-normal text-ink-3">(required)</span>
      </label>
      <input
        ref={input}
        id={id}
        name={proofField}
        type="password"
        autoComplete="current-password"
        required
        aria-invalid={invalid === null ? undefined : true}
        aria-describedby={invalid === null ? undefined : `${id}-error`}
        className="control"
      />
      {invalid !== null && (
        <p id={`${id}-error`} role="alert" className="flex items-start gap-2 text-data font-semibold text-broken">
          <span className="pt-1">
            <Glyph name="cross" size={12} />
          </span>
          {invalid}
        </p>
      )}
    </div>
  );
}

/**
 * Put it into the form of a weighty action: asks for the password there and then when the last proof is too old, so that
 * nobody is led away from the form. Renders nothing while the proof stands.
 */
export function ProofField() {
  const room = useRouteLoaderData<{ provenAt: Date }>('routes/room');
  return room === undefined ? null : <WhenOld provenAt={room.provenAt} />;
}

function WhenOld({ provenAt }: { provenAt: Date }) {
  const now = useNow();
  if (proofStands(provenAt, now)) return null;
  return (
    <div className="border-l-4 border-waiting pl-3">
      <Password />
      <p className="mt-1 text-data text-ink-2">This weighs, and you gave it more than 15 minutes ago.</p>
    </div>
  );
}

/** The one page that asks for the password again, and sends what was entered before on its way with it. */
export function ProofPage({ asked }: { asked: ProofAsked }) {
  const pending = useNavigation().state === 'submitting' ? 'Proving' : null;
  return (
    <>
      <PageHeader title="Prove it is you" note={`Your password is needed again for ${asked.for}.`} />
      <div className="flex max-w-2xl flex-col gap-4 p-3 lg:p-4">
        <p className="text-ink-2">
          Nothing was done yet, and nothing you entered is lost: it is sent with the password. For {asked.minutes}{' '}
          minutes after that you are not asked again.
        </p>
        {asked.by === 'password' ? (
          <Form method="post" action={asked.path} className="flex flex-col gap-4">
            {asked.fields.map(([name, value], place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a name may come several times; the list never changes
              <input key={`${place} ${name}`} type="hidden" name={name} value={value} />
            ))}
            <Password invalid={asked.refused} focused />
            <Bar label="Prove it and go on" consequence={`Goes on with ${asked.for}`} pending={pending} />
          </Form>
        ) : (
          <p className="border-l-4 border-waiting pl-3">
            Your account has no password here. Log out, sign in again where you usually do, and repeat it within{' '}
            {asked.minutes} minutes.
          </p>
        )}
        <Link to={asked.path} className="inline-flex min-h-11 items-center self-start underline">
          Leave it as it is
        </Link>
      </div>
    </>
  );
}
