import { data, Link, redirect } from 'react-router';
import { approveInput, rejectInput } from '../../../server/domain/approval.ts';
import { isActive } from '../../../server/domain/session.ts';
import { approvalActionWords, approvalSigns, auditText, costOfWaiting } from '../../approval-words.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { ApprovalFacts, AuditWords } from '../../components/approval-facts.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { requestContext, servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { dateTime, until } from '../../format.ts';
import { useNow } from '../../hooks/use-clock.tsx';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { requireProof } from '../../proof.server.ts';
import { sessionSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/approval.ts';
import { Decision, Withdrawal } from './decision.tsx';

export const meta: Route.MetaFunction = ({ matches, loaderData }) => {
  const approval = loaderData?.approval;
  return roomTitle(
    matches,
    approval === undefined ? 'Approval' : approvalActionWords[approval.action].question(approval.slug),
  );
};

export const loader = guarded(async ({ params, url, context }: Route.LoaderArgs) => {
  const { approvals } = context.get(servicesContext);
  const actor = actorOf(context);
  const seen = await approvals.look(actor, params.id ?? '');
  const mayDecide = seen.approval.refusal === null;
  return { ...seen, me: actor.name, role: actor.role, mayDecide, done: url.searchParams.get('done') };
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, params, context } = args;
  const { approvals } = context.get(servicesContext);
  const id = params.id ?? '';
  const options = { requestId: context.get(requestContext).id };
  const form = await request.formData();
  const intent: 'approve' | 'reject' | 'withdraw' =
    form.get('intent') === 'approve' ? 'approve' : form.get('intent') === 'reject' ? 'reject' : 'withdraw';
  if (intent === 'withdraw') {
    await approvals.withdraw(actorOf(context), id, options);
    return redirect(`/approvals/${id}?done=withdrawn`);
  }
  await requireProof(args, form, 'approval.decide');
  const submission = parseForm(form, intent === 'approve' ? approveInput : rejectInput);
  if (submission.status !== 'success') return data({ intent, reply: submission.reply() }, { status: 422 });
  try {
    await approvals[intent](actorOf(context), id, submission.value, options);
  } catch (error) {
    const answer = replyWith(submission, error);
    return data({ intent, reply: answer.data }, answer.init ?? {});
  }
  return redirect(`/approvals/${id}?done=${intent === 'approve' ? 'approved' : 'rejected'}`);
});

/** One request: what was asked for and why, what is true now, and the two ways to answer it. */
export default function ApprovalPage({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const now = useNow();
  const { approval, now: facts, obstacle, me, done } = loaderData;
  const words = approvalActionWords[approval.action];
  const pending = approval.status === 'pending';
  const { sessionStatus, running } = approval;
  const holdsSlot = sessionStatus !== null && isActive(sessionStatus);
  return (
    <>
      <PageHeader title={words.question(approval.slug)} given note={words.effect}>
        <StatusBadge sign={approvalSigns[approval.status]} size="large" />
      </PageHeader>
      {done === approval.status && <Notice>{outcome(approval.status, approval.slug)}</Notice>}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <div className="flex min-w-0 flex-col gap-px bg-line-1">
          <Panel title="Asked for" aside={approval.sessionId !== null && <SessionLink slug={approval.slug} />}>
            <p className="break-words px-3 py-3 text-lead lg:px-4">{approval.reason}</p>
            <dl className="grid grid-cols-2 border-t border-line-1 sm:grid-cols-4">
              <Reading name="By">{approval.requestedByName ?? 'somebody'}</Reading>
              <Reading name="Waits">{pending ? <Age since={approval.createdAt} /> : 'no more'}</Reading>
              <Reading name={pending ? 'Ends in' : 'Ended'}>
                {pending
                  ? (until(approval.expiresAt, now) ?? 'over')
                  : dateTime(approval.decidedAt ?? approval.expiresAt)}
              </Reading>
              <Reading name={sessionStatus === null ? 'About' : 'Session is'}>
                {sessionStatus === null ? 'the team' : <StatusBadge sign={sessionSigns[sessionStatus]} />}
              </Reading>
            </dl>
            {pending && sessionStatus !== null && (
              <p className="border-t border-line-1 px-3 py-2 text-data text-ink-2 lg:px-4">
                {approval.sessionTitle}. {costOfWaiting({ running, holdsSlot })}
              </p>
            )}
          </Panel>
          <Panel title={pending ? 'What is true now' : 'What it was decided on'} className="flex-1">
            <ApprovalFacts now={facts} {...(pending ? { before: approval.facts } : {})} />
          </Panel>
        </div>
        <div className="flex min-w-0 flex-col gap-px bg-line-1">
          {pending ? (
            <Panel title="Decide" className="flex-1">
              <div className="flex flex-col gap-6 p-3 lg:p-4">
                {approval.own && <Withdrawal slug={approval.slug} />}
                <AuditWords>
                  {auditText(approval, {
                    slug: approval.slug,
                    requestedBy: approval.requestedByName ?? 'somebody',
                    approvedBy: approval.own || approval.refusal !== null ? 'whoever approves' : me,
                    facts,
                  })}
                </AuditWords>
                <Decision
                  slug={approval.slug}
                  action={approval.action}
                  refusal={approval.refusal}
                  obstacle={obstacle}
                  own={approval.own}
                  answer={actionData ?? null}
                />
              </div>
            </Panel>
          ) : (
            <Panel title="Decision" className="flex-1">
              <div className="flex flex-col gap-3 p-3 lg:p-4">
                <p className="text-lead">{approvalSigns[approval.status].meaning}</p>
                {approval.note !== null && (
                  <blockquote className="border-l-4 border-line-3 pl-3">{approval.note}</blockquote>
                )}
                <p className="font-data text-data text-ink-2">
                  {approval.decidedByName ?? 'By itself'}, {dateTime(approval.decidedAt ?? approval.expiresAt)}
                </p>
                <Link to="/approvals" className="inline-flex min-h-11 items-center underline">
                  Back to what waits
                </Link>
              </div>
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}

function SessionLink({ slug }: { slug: string }) {
  return (
    <Link to={`/sessions/${slug}`} className="inline-flex min-h-11 items-center text-data underline">
      Open {slug}
    </Link>
  );
}

function outcome(status: string, slug: string): string {
  if (status === 'approved') return `Approved and done: ${slug}. It stands in the audit log under your name.`;
  if (status === 'rejected') return 'Rejected. Nothing was done; whoever asked sees your note.';
  return 'Withdrawn. It can be asked for again.';
}
