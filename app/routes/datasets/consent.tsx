import { Form } from 'react-router';
import type { Consent } from '../../../server/application/datasets/service.ts';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { dateTime } from '../../format.ts';
import { useSending } from '../../hooks/use-sending.ts';

/** Whether the team agrees, who said so and when. */
export function ConsentPart({ consent, refusal }: { consent: Consent; refusal: string | null }) {
  const { given, version, changedAt, changedBy } = consent;
  const pending = useSending('Keeping', 'agree');
  return (
    <div className="flex flex-col gap-3 p-3 lg:p-4">
      <p className="max-w-prose">
        <b>{given ? 'The team agrees' : 'The team does not agree'}</b> that what was said in its proven sessions becomes
        data to train models on.{' '}
        <span className="text-ink-2">
          {changedAt === null
            ? 'Nobody ever agreed to it.'
            : `Said by ${changedBy ?? 'a program'}, ${dateTime(changedAt)}.`}
        </span>
      </p>
      {given ? (
        <Confirm
          trigger="Take the consent back"
          consequence="Ends every job and removes every sample"
          title="Take the consent back?"
          confirm="Take it back"
          fields={{ intent: 'withdraw', version: String(version) }}
          refusal={refusal}
          proof
          className="w-full"
        >
          Jobs at work end, and every sample that is kept is removed for good. Files that were downloaded before are out
          of reach: the audit says which, when and by whom.
        </Confirm>
      ) : (
        <Form method="post" className="flex flex-col gap-3">
          <input type="hidden" name="version" value={version} />
          <ProofField />
          <Bar
            name="intent"
            value="agree"
            label="Agree for the team"
            consequence="Admins may then write and download datasets; it can be taken back"
            refusal={refusal}
            pending={pending}
          />
        </Form>
      )}
    </div>
  );
}
