import { date, plural } from '../format.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import { ActionLink } from './states.tsx';
import { Confirm } from './ui/confirm.tsx';

interface SecondFactorPanelProps {
  state: { on: boolean; since: Date | null; codesLeft: number };
  /** Why it cannot be turned off; null when it can. */
  offRefusal: string | null;
  /** New ones, right after they were made. */
  codes: readonly string[] | null;
}

/** The second factor as its owner sees it. */
export function SecondFactorPanel({ state: { on, since, codesLeft }, offRefusal, codes }: SecondFactorPanelProps) {
  if (!on || since === null) {
    return (
      <div className="flex flex-col items-start gap-3 p-3 lg:p-4">
        <p className="max-w-prose text-ink-2">Off: whoever has your password is you. A code from an app closes that.</p>
        <ActionLink to="/second-factor">Set it up</ActionLink>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-3 p-3 lg:p-4">
      <p>
        On since {date(since)}.{' '}
        <span className={codesLeft <= 2 ? 'font-bold text-caution' : 'text-ink-2'}>
          {plural(codesLeft, 'recovery code')} left.
        </span>
      </p>
      {codes !== null && <RecoveryCodes codes={codes} />}
      <Confirm
        trigger="New recovery codes"
        consequence="Those from before are good no more"
        title="Make new recovery codes?"
        confirm="Make them"
        fields={{ intent: 'renew_codes' }}
        proof
        weight="plain"
      >
        The new ones are shown once. Every code from before stops working at once.
      </Confirm>
      <Confirm
        trigger="Turn it off"
        consequence="Your sign-in asks for the password alone"
        title="Turn the second factor off?"
        confirm="Turn it off"
        fields={{ intent: 'second_factor_off' }}
        proof
        refusal={offRefusal}
      >
        The secret in your app and the recovery codes are good for nothing afterwards. It can be set up anew at any
        time.
      </Confirm>
    </div>
  );
}
