import { data, Form, Link, redirect, useNavigation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { actorOf } from '../../auth.server.ts';
import { Age, Countdown } from '../../components/age.tsx';
import { AskTabs } from '../../components/ask-tabs.tsx';
import { PageHeader } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/rules.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Rules for asks');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { asks } = context.get(servicesContext);
  const actor = actorOf(context);
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const page = await asks.rules.list(actor, { cursor, limit: 50 });
  const now = new Date();
  return {
    ...page,
    revoked: url.searchParams.has('revoked'),
    items: page.items.map((rule) => ({
      rule,
      inForce: rule.revokedAt === null && rule.expiresAt > now,
      refusal: refusal(actor, 'ask.rule', {
        teamId: actor.teamId,
        createdBy: rule.scope === 'session' ? rule.sessionCreatedBy : null,
      }),
    })),
  };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const form = await request.formData();
  try {
    await context.get(servicesContext).asks.rules.revoke(actorOf(context), String(form.get('id') ?? ''));
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || !['CONFLICT', 'FORBIDDEN', 'NOT_FOUND'].includes(known.code)) throw error;
    return data({ error: known.message }, { status: httpStatusOf(known.code) });
  }
  return redirect('/asks/rules?revoked');
});

const columns = [
  { words: 'Allows' },
  { words: 'Where', wide: true },
  { words: 'Used', end: true },
  { words: 'Ends' },
  { words: 'Made by', wide: true },
];

export default function Rules({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const { state, formData } = useNavigation();
  const { items, total, nextCursor, revoked } = loaderData;
  return (
    <>
      <PageHeader
        title="Rules for asks"
        note="What is allowed before anybody is asked. A rule never goes over what an agent’s preset forbids, and always ends."
      />
      <AskTabs on="rules" aside={plural(total, 'rule')} />
      {revoked && actionData === undefined && <Notice>Revoked. The same is asked for again from now on.</Notice>}
      {actionData?.error !== undefined && (
        <p role="alert" className="border-l-4 border-broken-rule px-4 py-3 text-broken">
          {actionData.error}
        </p>
      )}
      {items.length === 0 && (
        <Empty title="No rule is in force." action={{ to: '/asks', words: 'Waiting asks' }}>
          A rule is made when a permission is answered with “Always, by a rule”; it shows what it would have allowed
          first.
        </Empty>
      )}
      {items.length > 0 && (
        <Table caption="Rules, those in force first" columns={columns}>
          {items.map(({ rule, inForce, refusal: refused }) => (
            <tr
              key={rule.id}
              data-row
              className={inForce ? 'border-b border-line-1' : 'border-b border-line-1 text-ink-2'}
            >
              <Cell>
                <code className="break-all font-bold">{rule.pattern}</code>
                <span className="block text-data text-ink-2">{rule.permission}</span>
                <span className="block text-data text-ink-2 md:hidden">{whereOf(rule)}</span>
              </Cell>
              <Cell wide>
                {rule.sessionSlug === null ? (
                  whereOf(rule)
                ) : (
                  <Link to={`/sessions/${rule.sessionSlug}`} className="inline-flex min-h-11 items-center underline">
                    {whereOf(rule)}
                  </Link>
                )}
              </Cell>
              <Cell end className="font-data text-data">
                <span className="font-bold">{rule.useCount.toLocaleString('en-US')}</span> ×
                <span className="block text-ink-2">
                  {rule.lastUsedAt === null ? 'never' : <Age since={rule.lastUsedAt} label="last" />}
                </span>
              </Cell>
              <Cell>
                {inForce ? (
                  <span className="flex flex-col items-start gap-1">
                    <span className="font-data text-data">
                      in <Countdown to={rule.expiresAt} />
                    </span>
                    {refused === null ? (
                      <Form method="post" preventScrollReset>
                        <input type="hidden" name="id" value={rule.id} />
                        <Button
                          type="submit"
                          weight="broken"
                          aria-label={`Revoke ${rule.pattern}`}
                          disabled={state !== 'idle' && formData?.get('id') === rule.id}
                        >
                          Revoke
                        </Button>
                      </Form>
                    ) : (
                      <span className="text-data text-ink-2">{refused}</span>
                    )}
                  </span>
                ) : (
                  <span className="font-data text-data">
                    {rule.revokedAt === null ? 'ended' : 'revoked'} {dateTime(rule.revokedAt ?? rule.expiresAt)}
                  </span>
                )}
              </Cell>
              <Cell wide>
                {rule.createdByName ?? 'nobody any more'}
                <span className="block font-data text-data text-ink-2">{dateTime(rule.createdAt)}</span>
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      {nextCursor !== null && (
        <Link
          to={`?cursor=${encodeURIComponent(nextCursor)}`}
          className="inline-flex min-h-11 items-center px-4 underline"
        >
          Next 50
        </Link>
      )}
    </>
  );
}

function whereOf(rule: Route.ComponentProps['loaderData']['items'][number]['rule']): string {
  if (rule.scope === 'team') return 'Every session of the team';
  if (rule.scope === 'repository') return `Every session on ${rule.repositoryName ?? 'a repository that is gone'}`;
  return `Session ${rule.sessionSlug ?? 'that is gone'}`;
}
