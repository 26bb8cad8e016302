import { getFormProps, type SubmissionResult, useForm } from '@conform-to/react';
import { data, Form, Link, redirect, useNavigation, useSearchParams } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { budgetRaiseInput, shortestApprovalReason } from '../../../server/domain/approval.ts';
import { actorOf } from '../../auth.server.ts';
import { DeletedTeams } from '../../components/deleted-teams.tsx';
import { PageHeader, Panel } from '../../components/page.tsx';
import { ProofField } from '../../components/proof.tsx';
import { Notice } from '../../components/states.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { requestContext, servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { numeric, parseForm } from '../../form.ts';
import { span } from '../../format.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/new.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Ask for something of the team');

export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  const { budgets, approvals } = context.get(servicesContext);
  const actor = actorOf(context);
  const { account, resetsAt } = await budgets.ofTeam(actor);
  return {
    lifeSeconds: approvals.lifeSeconds,
    limit: account.caps.tokens,
    spent: account.spent.tokens,
    resetsAt,
    deleted: (await approvals.teamUndo.deleted(actor)).map(({ id, name, slug, deletedAt }) => ({
      id,
      name,
      slug,
      deletedAt,
    })),
    raiseRefusal: refusal(actor, 'budget.request'),
    deleteRefusal: refusal(actor, 'team.manage'),
  };
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, context } = args;
  const { approvals } = context.get(servicesContext);
  const actor = actorOf(context);
  const options = { requestId: context.get(requestContext).id };
  const form = await request.formData();
  if (form.get('intent') === 'team_undelete') {
    await requireProof(args, form, 'team.change');
    await approvals.teamUndo.undelete(actor, String(form.get('id') ?? ''), options);
    return redirect('/approvals/new?done=undeleted');
  }
  await requireProof(args, form, 'approval.request');
  const submission = parseForm(form, budgetRaiseInput, (values) => ({ ...values, tokens: numeric(values.tokens) }));
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const { id } = await approvals.request.budgetRaise(actor, submission.value, options);
    return redirect(`/approvals/${id}`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

interface AskedProps {
  reply: SubmissionResult | null;
  refused: string | null;
}

/** What concerns the whole team and needs a second person. */
export default function NewApproval({ loaderData, actionData }: Route.ComponentProps) {
  const { limit, spent, resetsAt, raiseRefusal, deleteRefusal, deleted } = loaderData;
  const [search] = useSearchParams();
  const month = resetsAt.toISOString().slice(0, 10);
  return (
    <>
      <PageHeader
        title="Ask for something of the team"
        note={`An admin who did not ask for it decides within ${span(loaderData.lifeSeconds)}, or it ends by itself.`}
      />
      {search.get('done') === 'undeleted' && (
        <Notice>It is back, with everything in it; enter it among your teams.</Notice>
      )}
      {deleted.length > 0 && <DeletedTeams teams={deleted} />}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-2 lg:content-stretch">
        <Panel title="More tokens this month">
          <div className="flex flex-col gap-4 p-3 lg:p-4">
            <p className="text-ink-2">
              {limit === null
                ? 'The team has no limit.'
                : `${spent.toLocaleString('en-US')} of ${limit.toLocaleString('en-US')} tokens are spent.`}{' '}
              The ordinary limit counts again from {month}.
            </p>
            <Raise reply={actionData ?? null} refused={raiseRefusal} />
          </div>
        </Panel>
        <Panel title="The end of the team">
          <div className="flex flex-col gap-4 p-3 lg:p-4">
            <p className="text-ink-2">
              A team is deleted by two of its admins, when every session is over; for 30 days it can be brought back.
            </p>
            {deleteRefusal === null ? (
              <Link to="/admin/team#delete" className="inline-flex min-h-11 items-center self-start underline">
                Ask for it under Team
              </Link>
            ) : (
              <p>{deleteRefusal}</p>
            )}
          </div>
        </Panel>
      </div>
    </>
  );
}

const why = `What for, in ${shortestApprovalReason} characters or more; whoever decides reads it.`;

function useAsking(intent: string): string | null {
  const { state, formData } = useNavigation();
  return state === 'submitting' && formData?.get('intent') === intent ? 'Asking' : null;
}

function Raise({ reply, refused }: AskedProps) {
  const [form, fields] = useForm<{ tokens?: string; reason?: string }>({
    id: 'raise',
    lastResult: reply,
    shouldValidate: 'onSubmit',
  });
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4">
      <ErrorSummary form={form} labels={{ tokens: 'Tokens', reason: 'Reason' }} />
      <input type="hidden" name="intent" value="budget_raise" />
      <TextField
        field={fields.tokens}
        label="Tokens in all this month"
        hint="More than the limit."
        inputMode="numeric"
        required
      />
      <TextAreaField field={fields.reason} label="Reason" hint={why} rows={3} counter={1_000} required />
      <ProofField />
      <Bar
        label="Ask for it"
        consequence="Nothing changes until an admin agrees"
        refusal={refused}
        pending={useAsking('budget_raise')}
      />
    </Form>
  );
}
