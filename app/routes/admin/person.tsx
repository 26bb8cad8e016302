import { data, redirect } from 'react-router';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { invitationDays, updateMemberInput } from '../../../server/domain/member.ts';
import type { WeightyAction } from '../../../server/domain/weighty.ts';
import { originOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { OneUseLinkShown } from '../../components/one-use-link.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { ActionLink, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { servicesContext, signedInContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { dateTime } from '../../format.ts';
import { memberSigns } from '../../member-signs.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/person.ts';
import { PersonCommands } from './person-commands.tsx';

export const meta: Route.MetaFunction = ({ matches, loaderData }) => roomTitle(matches, loaderData?.member.name ?? '');

export const loader = guarded(async ({ params, url, context }: Route.LoaderArgs) => {
  const { members } = context.get(servicesContext);
  const { actor, teamName } = context.get(signedInContext);
  const [member, invitations] = await Promise.all([members.get(actor, params.id), members.invitations(actor)]);
  return {
    member,
    teamName,
    self: member.id === actor.id,
    expiresAt: invitations.find((one) => one.userId === member.id)?.expiresAt ?? null,
    refusals: await members.refusals(actor, member.id),
    done: url.searchParams.get('done'),
  };
});

/** What weighs, by intent. */
const weights: Readonly<Record<string, WeightyAction>> = {
  role: 'member.role',
  reactivate: 'member.role',
  deactivate: 'member.remove',
  remove: 'member.remove',
  renew: 'member.invite',
  reset: 'member.reset',
  second_factor_off: 'account.second_factor',
};

export const action = guarded(async (args: Route.ActionArgs) => {
  const {
    request,
    url,
    params: { id },
    context,
  } = args;
  const { members } = context.get(servicesContext);
  const { actor, loginId } = context.get(signedInContext);
  const form = await request.formData();
  const here = (done: string) => redirect(`/admin/people/${id}?done=${done}`);
  const change = (patch: object) => members.update(actor, id, updateMemberInput.parse(patch), { ownLogin: loginId });
  const intent = String(form.get('intent') ?? '');
  const weight = weights[intent];
  if (weight !== undefined) await requireProof(args, form, weight);
  try {
    switch (intent) {
      case 'role': {
        const changed = await members.update(actor, id, { role: form.get('role') }, { ownLogin: loginId });
        // Who is no admin any more has no business here.
        return id === actor.id && changed.role !== 'admin' ? redirect('/') : here('role');
      }
      case 'deactivate':
        await change({ active: false });
        return id === actor.id ? redirect('/login') : here('deactivated');
      case 'reactivate':
        await change({ active: true });
        return here('reactivated');
      case 'remove':
      case 'revoke':
        await members.remove(actor, id);
        return redirect(id === actor.id ? '/login' : `/admin/people?done=${intent}d`);
      case 'renew': {
        const { token, expiresAt } = await members.renewInvitation(actor, id, invitationDays.usual);
        return data({
          error: null,
          link: { kind: 'invitation' as const, href: `${originOf({ url, context })}/join/${token}`, expiresAt },
        });
      }
      case 'reset': {
        const { token, expiresAt } = await members.makeReset(actor, id);
        return data({
          error: null,
          link: { kind: 'reset' as const, href: `${originOf({ url, context })}/reset/${token}`, expiresAt },
        });
      }
      case 'second_factor_off':
        await members.removeSecondFactor(actor, id);
        return here('factor');
      default:
        return here('');
    }
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || !['CONFLICT', 'INVALID', 'INVALID_TRANSITION'].includes(known.code)) throw error;
    return data({ error: known.message, link: null }, { status: httpStatusOf(known.code) });
  }
});

const words: Record<string, string> = {
  role: 'The role is changed. Their logins in this team have ended, and what they had open was judged anew.',
  deactivated: 'Deactivated: they are signed out of this team and cannot come in.',
  reactivated: 'Reactivated: they may sign in again.',
  factor: 'The second factor is off: their next sign-in asks for the password alone.',
};

/** One member: what is known of them here, and what can be done about it. */
export default function Person({ loaderData, actionData }: Route.ComponentProps) {
  const { member, teamName, self, expiresAt, refusals, done } = loaderData;
  const link = actionData?.link ?? null;
  return (
    <>
      <PageHeader title={member.name} given note={<span className="break-all font-data">{member.email}</span>}>
        <ActionLink to="/admin/people">All people</ActionLink>
      </PageHeader>
      {done !== null && words[done] !== undefined && actionData === undefined && <Notice>{words[done]}</Notice>}
      {actionData?.error != null && (
        <p role="alert" className="border-l-4 border-broken-rule px-4 py-3 text-broken">
          {actionData.error}
        </p>
      )}
      {link !== null && (
        <OneUseLinkShown
          title={link.kind === 'reset' ? `New password for ${member.name}` : `Invitation of ${member.name}`}
          link={link.href}
          expiresAt={link.expiresAt}
        />
      )}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,4fr)_minmax(0,8fr)] lg:content-stretch">
        <Panel title={`In ${teamName}`}>
          <dl className="divide-y divide-line-1">
            <Reading name="State">
              <StatusBadge sign={memberSigns[member.state]} />
              {self && <span className="ml-2">this is you</span>}
            </Reading>
            <Reading name="Role">{member.role}</Reading>
            <Reading name="Last seen">
              {member.lastSeenAt === null ? (
                'never'
              ) : (
                <>
                  <Age since={member.lastSeenAt} /> ago
                </>
              )}
            </Reading>
            <Reading name="Second factor">{member.secondFactor ? 'on' : 'off'}</Reading>
            <Reading name={member.state === 'invited' ? 'Invited' : 'Belongs since'}>
              {dateTime(member.createdAt)}
            </Reading>
            {expiresAt !== null && <Reading name="Link good until">{dateTime(expiresAt)}</Reading>}
          </dl>
        </Panel>
        <Panel title="Do" className="flex-1">
          <PersonCommands member={member} self={self} refusals={refusals} />
        </Panel>
      </div>
    </>
  );
}
