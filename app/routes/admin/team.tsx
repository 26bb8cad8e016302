import type { SubmissionResult } from '@conform-to/react';
import { data, redirect } from 'react-router';
import { z } from 'zod';
import { teamDeleteTyped } from '../../../server/domain/approval.ts';
import { createTeamInput, updateTeamInput } from '../../../server/domain/team.ts';
import { actorOf } from '../../auth.server.ts';
import { DeletedTeams } from '../../components/deleted-teams.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Notice } from '../../components/states.tsx';
import { requestContext, servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { count, date, plural } from '../../format.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/team.ts';
import { DeleteTeam } from './team-delete.tsx';
import { NewTeamFields, TeamFields } from './team-fields.tsx';
import { teamValues } from './team-form.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Team');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { teams, members, budgets, approvals } = context.get(servicesContext);
  const actor = actorOf(context);
  const [team, people, month, load, end, deleted] = await Promise.all([
    teams.get(actor, actor.teamId),
    members.list(actor),
    budgets.ofTeam(actor),
    teams.load(actor),
    approvals.teamDelete(actor),
    approvals.teamUndo.deleted(actor),
  ]);
  const without = people.filter((one) => one.state === 'active' && !one.secondFactor).length;
  const others = people.some(({ id, role, state }) => id !== actor.id && role === 'admin' && state === 'active');
  const alone = others ? null : aloneWords[team.selfApprovalForbidden ? 'forbidden' : 'allowed'];
  return { team, without, month, load, end, alone, deleted, done: url.searchParams.get('done') };
});

const aloneWords = {
  allowed: 'You are the only admin: you may approve it yourself 15 minutes after asking, and the audit says so.',
  forbidden: 'You are the only admin, and this team allows no approval of an own request: nobody could agree.',
};

const versionInput = z.coerce.number().int().positive();

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, context } = args;
  const { teams } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  if (form.get('intent') === 'delete') return askForTheEnd(args, form);
  const making = form.get('intent') === 'create';
  await requireProof(args, form, making ? 'team.create' : 'team.change');
  const version = versionInput.safeParse(form.get('version')).data;
  form.delete('version');
  const submission = making ? parseForm(form, createTeamInput) : parseForm(form, updateTeamInput, teamValues);
  const name = making ? 'create' : 'settings';
  if (submission.status !== 'success') return data(failed(name, submission.reply()), { status: 422 });
  try {
    if (making) await teams.create(actor, submission.value);
    else await teams.update(actor, actor.teamId, submission.value, version);
    return redirect(`/admin/team?done=${making ? 'made' : 'saved'}`);
  } catch (error) {
    const answer = replyWith(submission, error);
    return data(failed(name, answer.data), answer.init ?? {});
  }
});

/** Weighs most: the slug typed, the password of the last 15 minutes, and then a second person. */
async function askForTheEnd(args: Route.ActionArgs, form: FormData) {
  const { approvals, teams } = args.context.get(servicesContext);
  const actor = actorOf(args.context);
  await requireProof(args, form, 'team.delete');
  const { slug } = await teams.get(actor, actor.teamId);
  const submission = parseForm(form, teamDeleteTyped(slug));
  if (submission.status !== 'success') return data(failed('delete', submission.reply()), { status: 422 });
  const { confirmation: _, ...asked } = submission.value;
  try {
    const { id } = await approvals.request.teamDelete(actor, asked, {
      requestId: args.context.get(requestContext).id,
    });
    return redirect(`/approvals/${id}`);
  } catch (error) {
    const answer = replyWith(submission, error);
    return data(failed('delete', answer.data), answer.init ?? {});
  }
}

type FormName = 'settings' | 'create' | 'delete';
const failed = (form: FormName, reply: SubmissionResult) => ({ form, reply });

const words: Record<string, string> = {
  saved: 'Saved: it holds from now on.',
  made: 'The team is made, and you are its admin. Enter it from the name of your team in the head, or from your account.',
};

/** The team's name, limits and rules. */
export default function Team({ loaderData, actionData }: Route.ComponentProps) {
  const { team, without, month, load, end, alone, deleted, done } = loaderData;
  const replyTo = (form: FormName) => (actionData?.form === form ? actionData.reply : null);
  const { tokens } = month.account.spent;
  return (
    <>
      <PageHeader title="Team" note="What the team may use, and what it asks of its people." />
      {done !== null && words[done] !== undefined && actionData === undefined && <Notice>{words[done]}</Notice>}
      <dl className="grid grid-cols-2 border-b border-line-2 sm:grid-cols-4 [&>*]:border-r [&>*]:border-b [&>*]:border-line-1">
        <Reading name="Sessions at once">
          {load.sessions} of {team.maxActiveSessions}
        </Reading>
        <Reading name="Attempts at once">
          {load.attempts} of {team.maxParallelAttempts}
        </Reading>
        <Reading name="Tokens this month">
          {count(tokens + month.account.reserved.tokens)} of {count(team.tokensPerMonth)}, anew on{' '}
          {date(month.resetsAt)}
        </Reading>
        <Reading name="Without a second factor">{plural(without, 'active member')}</Reading>
      </dl>
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <Panel title="Settings" aside={team.slug}>
          <TeamFields key={team.version} team={team} without={without} lastResult={replyTo('settings')} />
        </Panel>
        <Panel title="Make another team">
          <NewTeamFields key={done} lastResult={replyTo('create')} />
        </Panel>
      </div>
      <Panel title="Delete the team" id="delete" aside={team.slug} className="border-t border-line-1">
        <DeleteTeam {...end} alone={alone} lastResult={replyTo('delete')} />
      </Panel>
      {deleted.length > 0 && <DeletedTeams teams={deleted} />}
    </>
  );
}
