import { data, redirect } from 'react-router';
import { z } from 'zod';
import { createTeamInput, updateTeamInput } from '../../../server/domain/team.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Notice } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { count, date, plural } from '../../format.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/team.ts';
import { NewTeamFields, TeamFields } from './team-fields.tsx';
import { teamValues } from './team-form.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Team');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { teams, members, budgets } = context.get(servicesContext);
  const actor = actorOf(context);
  const [team, people, month, load] = await Promise.all([
    teams.get(actor, actor.teamId),
    members.list(actor),
    budgets.ofTeam(actor),
    teams.load(actor),
  ]);
  const without = people.filter((one) => one.state === 'active' && !one.secondFactor).length;
  return { team, without, month, load, done: url.searchParams.get('done') };
});

const versionInput = z.coerce.number().int().positive();

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, context } = args;
  const { teams } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const making = form.get('intent') === 'create';
  await requireProof(args, form, making ? 'team.create' : 'team.change');
  const version = versionInput.safeParse(form.get('version')).data;
  form.delete('version');
  const submission = making ? parseForm(form, createTeamInput) : parseForm(form, updateTeamInput, teamValues);
  const failed = (reply: ReturnType<typeof submission.reply>) =>
    ({ form: making ? 'create' : 'settings', reply }) as const;
  if (submission.status !== 'success') return data(failed(submission.reply()), { status: 422 });
  try {
    if (making) await teams.create(actor, submission.value);
    else await teams.update(actor, actor.teamId, submission.value, version);
    return redirect(`/admin/team?done=${making ? 'made' : 'saved'}`);
  } catch (error) {
    const answer = replyWith(submission, error);
    return data(failed(answer.data), answer.init ?? {});
  }
});

const words: Record<string, string> = {
  saved: 'Saved: it holds from now on.',
  made: 'The team is made, and you are its admin. Enter it from the name of your team in the head, or from your account.',
};

/** The team's name, limits and rules. */
export default function Team({ loaderData, actionData }: Route.ComponentProps) {
  const { team, without, month, load, done } = loaderData;
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
          <TeamFields
            key={team.version}
            team={team}
            without={without}
            lastResult={actionData?.form === 'settings' ? actionData.reply : null}
          />
        </Panel>
        <Panel title="Make another team">
          <NewTeamFields key={done} lastResult={actionData?.form === 'create' ? actionData.reply : null} />
        </Panel>
      </div>
    </>
  );
}
