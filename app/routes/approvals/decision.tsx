import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { useState } from 'react';
import { Form, useNavigation } from 'react-router';
import type { ApprovalAction } from '../../../server/domain/approval.ts';
import { approvalActionWords } from '../../approval-words.ts';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { useHydrated } from '../../hooks/use-hydrated.ts';

export interface DecisionAnswer {
  readonly intent: 'approve' | 'reject';
  readonly reply: SubmissionResult;
}

interface DecisionProps {
  slug: string;
  action: ApprovalAction;
  /** Why this person may not decide it. */
  refusal: string | null;
  /** Why it could not be carried out as things are. */
  obstacle: string | null;
  own: boolean;
  answer: DecisionAnswer | null;
}

/** The two answers: yes with the slug typed, no with the reason. Each its own form, so that Enter in one never sends the other. */
export function Decision(props: DecisionProps) {
  return (
    <>
      <Approve {...props} />
      {!props.own && <Reject {...props} />}
    </>
  );
}

function useSending(intent: string): string | null {
  const { state, formData } = useNavigation();
  return state === 'submitting' && formData?.get('intent') === intent ? 'Sending' : null;
}

function Approve({ slug, action, refusal, obstacle, answer }: DecisionProps) {
  const [form, fields] = useForm<{ confirmation?: string; note?: string }>({
    id: 'approve',
    lastResult: answer?.intent === 'approve' ? answer.reply : null,
    shouldValidate: 'onSubmit',
  });
  const hydrated = useHydrated();
  const [typed, setTyped] = useState('');
  const words = approvalActionWords[action];
  const untyped = hydrated && typed.trim() !== slug ? `Type ${slug} above first.` : null;
  return (
    <section aria-labelledby="approve-heading" className="flex flex-col gap-3 border-2 border-broken p-3">
      <h3 id="approve-heading" className="engraved text-data">
        Approve
      </h3>
      {obstacle !== null && (
        <p className="border-l-4 border-caution pl-3" role="status">
          Not possible now: {obstacle}
        </p>
      )}
      <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4">
        <ErrorSummary form={form} labels={{ confirmation: `Type ${slug}`, note: 'Note' }} />
        <input type="hidden" name="intent" value="approve" />
        <TextField
          field={fields.confirmation}
          label={`Type ${slug} to confirm`}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
          required
        />
        <TextAreaField
          field={fields.note}
          label="Note"
          hint="Why you agree; it stands in the audit log."
          rows={2}
          counter={1_000}
          required
        />
        <ProofField />
        <Bar
          label={words.approve}
          consequence={words.effect}
          refusal={refusal ?? obstacle ?? untyped}
          pending={useSending('approve')}
          weight="broken"
          stacked
        />
      </Form>
    </section>
  );
}

function Reject({ refusal, answer }: DecisionProps) {
  const [form, fields] = useForm<{ note?: string }>({
    id: 'reject',
    lastResult: answer?.intent === 'reject' ? answer.reply : null,
    shouldValidate: 'onSubmit',
  });
  return (
    <section aria-labelledby="reject-heading" className="flex flex-col gap-3 border-2 border-line-3 p-3">
      <h3 id="reject-heading" className="engraved text-data">
        Reject
      </h3>
      <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4">
        <ErrorSummary form={form} labels={{ note: 'Why not' }} />
        <input type="hidden" name="intent" value="reject" />
        <TextAreaField
          field={fields.note}
          label="Why not"
          hint="Whoever asked reads it."
          rows={2}
          counter={1_000}
          required
        />
        <ProofField />
        <Bar
          label="Reject"
          consequence="Nothing is done; it can be asked for again"
          refusal={refusal}
          pending={useSending('reject')}
          weight="plain"
          stacked
        />
      </Form>
    </section>
  );
}

/** The way back for whoever asked. */
export function Withdrawal({ slug }: { slug: string }) {
  return (
    <Form method="post" className="flex flex-col gap-3">
      <input type="hidden" name="intent" value="withdraw" />
      <Bar
        label="Withdraw"
        consequence={`You asked for it. Nothing is done to ${slug}`}
        pending={useSending('withdraw')}
        weight="plain"
        stacked
      />
    </Form>
  );
}
