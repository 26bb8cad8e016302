import { data, Form, Link } from 'react-router';
import { createMemberInput, memberStates } from '../../../server/domain/member.ts';
import { actorOf, originOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { FilterTabs } from '../../components/filter-tabs.tsx';
import { OneUseLinkShown } from '../../components/one-use-link.tsx';
import { PageHeader, Panel } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { numeric, parseForm } from '../../form.ts';
import { date, plural } from '../../format.ts';
import { memberSigns } from '../../member-signs.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/people.ts';
import { InviteFields } from './invite-fields.tsx';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'People');

const shownAtOnce = 100;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { members } = context.get(servicesContext);
  const actor = actorOf(context);
  const [all, invitations] = await Promise.all([members.list(actor), members.invitations(actor)]);
  const state = memberStates.find((known) => known === url.searchParams.get('state')) ?? null;
  const words = (url.searchParams.get('q') ?? '').trim().toLowerCase().slice(0, 100);
  const found = all.filter(
    (one) =>
      (state === null || one.state === state) &&
      (words === '' || one.name.toLowerCase().includes(words) || one.email.includes(words)),
  );
  const skipped = Math.max(0, Number.parseInt(url.searchParams.get('from') ?? '0', 10) || 0);
  return {
    me: actor.id,
    total: all.length,
    found: found.length,
    skipped,
    counts: Object.fromEntries(memberStates.map((one) => [one, all.filter((member) => member.state === one).length])),
    state,
    words,
    members: found.slice(skipped, skipped + shownAtOnce),
    expiries: Object.fromEntries(invitations.map((one) => [one.userId, one.expiresAt])),
    done: url.searchParams.get('done'),
  };
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, url, context } = args;
  const form = await request.formData();
  await requireProof(args, form, 'member.invite');
  const submission = parseForm(form, createMemberInput, (values) => ({
    ...values,
    ...('expiresInDays' in values && { expiresInDays: numeric(values.expiresInDays) }),
  }));
  if (submission.status !== 'success') return data({ reply: submission.reply(), made: null }, { status: 422 });
  try {
    const { member, link } = await context.get(servicesContext).members.create(actorOf(context), submission.value);
    const shown =
      link === null ? null : { link: `${originOf({ url, context })}/join/${link.token}`, expiresAt: link.expiresAt };
    return data({ reply: submission.reply({ resetForm: true }), made: { name: member.name, shown } });
  } catch (error) {
    const answer = replyWith(submission, error);
    return data({ reply: answer.data, made: null }, answer.init ?? {});
  }
});

const columns = [
  { words: 'Person' },
  { words: 'Role' },
  { words: 'State' },
  { words: 'Second factor', wide: true },
  { words: 'Last seen', wide: true, end: true },
];

const said: Record<string, string> = {
  removed: 'Removed: their logins and tokens in this team have ended.',
  revoked: 'The invitation is taken back; its link is good for nothing.',
};

/** Who belongs to the team. */
export default function People({ loaderData, actionData }: Route.ComponentProps) {
  const { me, members, total, found, skipped, counts, state, words, expiries, done } = loaderData;
  const made = actionData?.made ?? null;
  const query = (more: Record<string, string>) => `?${new URLSearchParams({ ...(words && { q: words }), ...more })}`;
  return (
    <>
      <PageHeader title="People" note="Who belongs to the team, as what, and when each was here last." />
      {done !== null && said[done] !== undefined && <Notice>{said[done]}</Notice>}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,8fr)_minmax(0,4fr)] lg:content-stretch">
        <Panel title="Members" aside={found === total ? plural(total, 'person', 'people') : `${found} of ${total}`}>
          <FilterTabs
            label="Members by state"
            tabs={[
              { to: query({}), words: `All ${total}`, on: state === null },
              ...memberStates
                .filter((one) => (counts[one] ?? 0) > 0)
                .map((one) => ({
                  to: query({ state: one }),
                  words: `${memberSigns[one].word} ${counts[one] ?? 0}`,
                  on: state === one,
                })),
            ]}
          />
          <Form method="get" role="search" className="flex border-b border-line-1">
            {state !== null && <input type="hidden" name="state" value={state} />}
            <input
              type="search"
              name="q"
              defaultValue={words}
              aria-label="Find by name or e-mail"
              placeholder="Name or e-mail"
              className="control min-w-0 flex-1 border-0"
            />
            <Button type="submit">Find</Button>
          </Form>
          {members.length === 0 ? (
            <Empty title="Nobody here is like that." action={{ to: '/admin/people', words: 'Show everybody' }} />
          ) : (
            <Table caption="Members of the team" columns={columns}>
              {members.map((member) => (
                <tr
                  key={member.id}
                  className="relative border-b border-line-1 focus-within:bg-surface-2 hover:bg-surface-2"
                >
                  <Cell>
                    <Link to={`/admin/people/${member.id}`} className="font-semibold after:absolute after:inset-0">
                      {member.name}
                    </Link>
                    {member.id === me && (
                      <b className="engraved ml-2 bg-inverse px-1.5 text-micro text-on-inverse">you</b>
                    )}
                    <span className="block break-all font-data text-micro text-ink-2">{member.email}</span>
                  </Cell>
                  <Cell className="font-data text-data">{member.role}</Cell>
                  <Cell>
                    <StatusBadge sign={memberSigns[member.state]} />
                    {expiries[member.id] !== undefined && (
                      <span className="block font-data text-micro text-ink-2">
                        until {date(expiries[member.id] as Date)}
                      </span>
                    )}
                  </Cell>
                  <Cell wide className="font-data text-data">
                    {member.secondFactor ? 'on' : 'off'}
                  </Cell>
                  <Cell wide end className="whitespace-nowrap font-data text-data">
                    {member.lastSeenAt === null ? 'never' : <Age since={member.lastSeenAt} />}
                  </Cell>
                </tr>
              ))}
            </Table>
          )}
          {found > skipped + members.length && (
            <Link
              to={query({ ...(state !== null && { state }), from: String(skipped + members.length) })}
              className="flex min-h-11 items-center px-4 underline"
            >
              Next {shownAtOnce} of {plural(found, 'person', 'people')}
            </Link>
          )}
        </Panel>
        <Panel title="Invite">
          {made?.shown && (
            <OneUseLinkShown
              title={`Invitation of ${made.name}`}
              link={made.shown.link}
              expiresAt={made.shown.expiresAt}
            />
          )}
          <InviteFields lastResult={actionData?.reply ?? null} />
        </Panel>
      </div>
    </>
  );
}
