import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { Form, useNavigation } from 'react-router';
import type { ApprovalView } from '../../../server/application/approvals/service.ts';
import { type ApprovalFact, shortestApprovalReason } from '../../../server/domain/approval.ts';
import { approvalActionWords } from '../../approval-words.ts';
import { ApprovalCard } from '../../components/approval-card.tsx';
import { ApprovalFacts } from '../../components/approval-facts.tsx';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextAreaField, TextField } from '../../components/ui/field.tsx';

interface DeleteTeamProps {
  slug: string;
  facts: readonly ApprovalFact[];
  /** The request that waits already. */
  pending: ApprovalView | null;
  refusal: string | null;
  /** There is no other team. */
  only: boolean;
  /** What the team's only admin has to know before asking; null with others to decide. */
  alone: string | null;
  lastResult: SubmissionResult | null;
}

/** The end of the team: what it would take with it now, and asking a second person for it. */
export function DeleteTeam({ slug, facts, pending, refusal, only, alone, lastResult }: DeleteTeamProps) {
  return (
    <div className="grid content-start gap-px bg-line-1 lg:grid-cols-2 [&>*]:bg-surface-0">
      <div>
        <div className="flex flex-col gap-2 p-3 lg:p-4">
          <p className="max-w-prose">
            {approvalActionWords.team_delete.effect} It takes a second admin, who decides within 24 hours, and every
            session over by then.
          </p>
          <p className="max-w-prose text-ink-2">
            It is brought back with everything in it by one of its admins who belongs to another team too: in that team,
            on this page or under Approvals.
          </p>
          {only && (
            <p className="max-w-prose font-semibold">
              It is the only team here: make another one first, or nobody could sign in any more and it is refused.
            </p>
          )}
          {alone !== null && <p className="max-w-prose text-ink-2">{alone}</p>}
        </div>
        <ApprovalFacts now={facts} />
      </div>
      <div className="flex flex-col gap-4 p-3 lg:p-4">
        {pending === null ? (
          <Ask slug={slug} refusal={refusal} lastResult={lastResult} />
        ) : (
          <>
            <p className="font-semibold">It is asked for already:</p>
            <ApprovalCard approval={pending} />
          </>
        )}
      </div>
    </div>
  );
}

function Ask({ slug, refusal, lastResult }: Pick<DeleteTeamProps, 'slug' | 'refusal' | 'lastResult'>) {
  const [form, fields] = useForm<{ reason?: string; confirmation?: string }>({
    id: 'delete-team',
    lastResult,
    shouldValidate: 'onSubmit',
  });
  const { state, formData } = useNavigation();
  const pending = state === 'submitting' && formData?.get('intent') === 'delete' ? 'Asking' : null;
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4">
      <ErrorSummary form={form} labels={{ reason: 'Reason', confirmation: 'Slug of the team' }} />
      <input type="hidden" name="intent" value="delete" />
      <TextAreaField
        field={fields.reason}
        label="Reason"
        hint={`What for, in ${shortestApprovalReason} characters or more; whoever decides reads it.`}
        rows={3}
        counter={1_000}
        required
      />
      <TextField
        field={fields.confirmation}
        label="Slug of the team"
        hint={`Type ${slug} to confirm.`}
        autoComplete="off"
        spellCheck={false}
        className="font-data"
        required
      />
      <ProofField />
      <Bar
        stacked
        label="Ask a second admin to delete the team"
        consequence="Nothing changes until another admin agrees, who types the slug too"
        refusal={refusal}
        pending={pending}
        weight="broken"
      />
    </Form>
  );
}
