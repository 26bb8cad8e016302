import { getFormProps, useForm } from '@conform-to/react';
import { useState } from 'react';
import { data, Form, Link, redirect, useNavigation } from 'react-router';
import { forceCompleteInput, shortestApprovalReason } from '../../../server/domain/approval.ts';
import { approvalActionWords, auditText } from '../../approval-words.ts';
import { actorOf } from '../../auth.server.ts';
import { ApprovalCard } from '../../components/approval-card.tsx';
import { ApprovalFacts, AuditWords } from '../../components/approval-facts.tsx';
import { ProofField } from '../../components/proof.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextAreaField } from '../../components/ui/field.tsx';
import { requestContext, servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { span } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { requireProof } from '../../proof.server.ts';
import type { Route } from './+types/session-force.ts';

export const loader = guarded(async ({ params, context }: Route.LoaderArgs) => {
  const { approvals } = context.get(servicesContext);
  const actor = actorOf(context);
  const { session, ...seen } = await approvals.forceComplete(actor, params.slug ?? '');
  return { ...seen, slug: session.slug, me: actor.name, lifeSeconds: approvals.lifeSeconds };
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, params, context } = args;
  const { approvals } = context.get(servicesContext);
  const form = await request.formData();
  await requireProof(args, form, 'approval.request');
  const submission = parseForm(form, forceCompleteInput);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const options = { requestId: context.get(requestContext).id };
    const { id } = await approvals.request.forceComplete(
      actorOf(context),
      params.slug ?? '',
      submission.value,
      options,
    );
    return redirect(`/approvals/${id}`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

/** Asking that a session be completed by force: what is proven and what is not, what ends unfinished, what will be written. */
export default function ForceComplete({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const { slug, facts, pending, refusal, me } = loaderData;
  return (
    <section aria-labelledby="force-heading" className="flex flex-col">
      <div className="px-3 py-4 lg:px-4">
        <h2 id="force-heading" className="text-title font-semibold">
          Complete {slug} by force?
        </h2>
        <p className="max-w-prose text-ink-2">
          {approvalActionWords.force_complete.effect} An admin who did not ask for it decides within{' '}
          {span(loaderData.lifeSeconds)}.
        </p>
      </div>
      <ApprovalFacts now={facts} />
      <div className="flex flex-col gap-4 p-3 lg:p-4">
        {pending === null ? (
          <RequestForm slug={slug} me={me} facts={facts} refusal={refusal} lastResult={actionData ?? null} />
        ) : (
          <>
            <p className="font-semibold">It is asked for already:</p>
            <ApprovalCard approval={pending} />
          </>
        )}
        <Link to={`/sessions/${slug}`} className="inline-flex min-h-11 items-center self-start underline">
          Leave it as it is
        </Link>
      </div>
    </section>
  );
}

interface RequestFormProps {
  slug: string;
  me: string;
  facts: Route.ComponentProps['loaderData']['facts'];
  refusal: string | null;
  lastResult: Route.ComponentProps['actionData'] | null;
}

function RequestForm({ slug, me, facts, refusal, lastResult }: RequestFormProps) {
  const [form, fields] = useForm<{ reason?: string }>({
    id: 'force',
    lastResult: lastResult ?? null,
    shouldValidate: 'onSubmit',
  });
  const [reason, setReason] = useState('');
  const missing = shortestApprovalReason - reason.trim().length;
  const busy = useNavigation().state === 'submitting';
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4">
      <ErrorSummary form={form} labels={{ reason: 'Reason' }} />
      <TextAreaField
        field={fields.reason}
        label="Reason"
        hint={`Why it shall count as completed, in ${shortestApprovalReason} characters or more${missing > 0 && reason !== '' ? `: ${missing} to go` : ''}.`}
        rows={3}
        counter={1_000}
        onChange={(event) => setReason(event.target.value)}
        required
      />
      <AuditWords>
        {auditText(
          { action: 'force_complete', reason: reason.trim() === '' ? '…' : reason.trim() },
          { slug, requestedBy: me, approvedBy: 'whoever approves', facts },
        )}
      </AuditWords>
      <ProofField />
      <Bar
        label="Ask an admin"
        consequence="Nothing is done to the session until an admin agrees"
        refusal={refusal}
        pending={busy ? 'Asking' : null}
        weight="broken"
      />
    </Form>
  );
}
