import { data, Form, Link, redirect } from 'react-router';
import { z } from 'zod';
import { deliveryStatuses, updateWebhookInput } from '../../../server/domain/webhook.ts';
import { actorOf } from '../../auth.server.ts';
import { FilterTabs } from '../../components/filter-tabs.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { dateTime, plural } from '../../format.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { useSending } from '../../hooks/use-sending.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/webhook.ts';
import { DeliveryList } from './delivery-list.tsx';
import { SecretOnce, WebhookFields } from './webhook-fields.tsx';
import { deliverySigns, webhookValues } from './webhook-form.ts';
import { WebhookState } from './webhook-state.tsx';

export const meta: Route.MetaFunction = ({ matches, loaderData }) =>
  roomTitle(matches, `Webhook ${loaderData?.webhook.name ?? ''}`);

export const loader = guarded(async ({ params, url, context }: Route.LoaderArgs) => {
  const { webhooks } = context.get(servicesContext);
  const actor = actorOf(context);
  const status = deliveryStatuses.find((known) => known === url.searchParams.get('status'));
  const cursor = url.searchParams.get('cursor') ?? undefined;
  const webhook = await webhooks.get(actor, params.id);
  const { items, nextCursor, total } = await webhooks.deliveries(actor, params.id, { status }, { cursor, limit: 25 });
  return {
    webhook,
    items,
    nextCursor,
    total,
    bodies: await webhooks.bodies(actor, items),
    status: status ?? null,
    done: url.searchParams.get('done'),
  };
});

const versionInput = z.coerce.number().int().positive();

export const action = guarded(async ({ request, params: { id }, context }: Route.ActionArgs) => {
  const { webhooks } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const here = (done: string) => redirect(`/admin/webhooks/${id}?done=${done}`);
  switch (form.get('intent')) {
    case 'ping':
      await webhooks.ping(actor, id);
      return here('pinged');
    case 'enable':
    case 'disable':
      await webhooks.update(actor, id, { enabled: form.get('intent') === 'enable' });
      return here(String(form.get('intent')));
    case 'remove':
      await webhooks.remove(actor, id);
      return redirect('/admin/webhooks');
    case 'replay':
      await webhooks.replay(actor, id, String(form.get('deliveryId') ?? ''));
      return here('replayed');
    case 'replay_dead':
      await webhooks.replayDead(actor, id);
      return here('replayed');
    case 'rotate': {
      const hours = form.get('overlapHours');
      const { name, secret } = await webhooks.rotate(actor, id, hours === null ? {} : { overlapHours: Number(hours) });
      return data({ reply: null, rotated: { name, secret } });
    }
    default: {
      const version = versionInput.safeParse(form.get('version')).data;
      form.delete('version');
      const submission = parseForm(form, updateWebhookInput, webhookValues);
      if (submission.status !== 'success') return data({ reply: submission.reply(), rotated: null }, { status: 422 });
      try {
        await webhooks.update(actor, id, submission.value, version);
        return here('saved');
      } catch (error) {
        const answer = replyWith(submission, error);
        return data({ reply: answer.data, rotated: null }, answer.init ?? {});
      }
    }
  }
});

const words: Record<string, string> = {
  pinged: 'A test delivery is on its way; its row appears below.',
  enable: 'Enabled: what happens from now on is sent.',
  disable: 'Disabled: nothing is sent until it is enabled.',
  replayed: 'Sent again under the same id; a receiver that knows the id may drop it.',
  saved: 'Saved.',
};

/** One webhook: how it does, what it was sent, and what can be done about it. */
export default function Webhook({ loaderData, actionData }: Route.ComponentProps) {
  const { webhook, items, nextCursor, total, bodies, status, done } = loaderData;
  const { deliveries } = webhook;
  const waiting = deliveries.pending + deliveries.failed;
  useRepeated(waiting > 0 ? 3 : null);
  const pending = useSending('Sending', 'ping');
  const said = done === null ? undefined : words[done];
  const all = waiting + deliveries.delivered + deliveries.dead;
  return (
    <>
      <PageHeader title={webhook.name} given note={<span className="break-all font-data">{webhook.url}</span>} />
      {said !== undefined && <Notice>{said}</Notice>}
      <dl className="grid grid-cols-2 border-b border-line-2 sm:grid-cols-5 [&>*]:border-r [&>*]:border-b [&>*]:border-line-1">
        <Reading name="State">
          <WebhookState webhook={webhook} />
        </Reading>
        <Reading name="Waiting">{waiting}</Reading>
        <Reading name="Delivered">{deliveries.delivered}</Reading>
        <Reading name="Dead" tone={deliveries.dead > 0 ? 'text-broken font-bold' : ''}>
          {deliveries.dead}
        </Reading>
        <Reading name="Secrets that sign">
          {webhook.previousUntil === null ? 'one' : `the one before too, until ${dateTime(webhook.previousUntil)}`}
        </Reading>
      </dl>
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,8fr)_minmax(0,4fr)] lg:content-stretch">
        <Panel title="Deliveries" aside={plural(total, 'delivery', 'deliveries')}>
          <FilterTabs
            label="Deliveries by state"
            tabs={[
              { to: `/admin/webhooks/${webhook.id}`, words: `All ${all}`, on: status === null },
              ...(['dead', 'failed', 'delivered'] as const).map((one) => ({
                to: `?status=${one}`,
                words: `${deliverySigns[one].word} ${deliveries[one]}`,
                on: status === one,
              })),
            ]}
          />
          {items.length === 0 ? (
            <Empty title={status === null ? 'Nothing was sent yet.' : `None is ${status}.`}>
              {status === null
                ? 'Its first event makes the first row; a test delivery shows at once whether it listens.'
                : 'The other states may hold some.'}
            </Empty>
          ) : (
            <DeliveryList deliveries={items} bodies={bodies} />
          )}
          {nextCursor !== null && (
            <Link
              to={`?${new URLSearchParams({ ...(status === null ? {} : { status }), cursor: nextCursor })}`}
              className="flex min-h-11 items-center px-4 underline"
            >
              Next 25 of {plural(total, 'delivery', 'deliveries')}
            </Link>
          )}
        </Panel>
        <div className="flex flex-col gap-px bg-line-1">
          <Panel title="Do">
            {actionData?.rotated && <SecretOnce {...actionData.rotated} />}
            <div className="flex flex-col gap-3 p-3 lg:p-4">
              <Form method="post">
                <input type="hidden" name="intent" value="ping" />
                <Bar
                  stacked
                  label="Send a test"
                  consequence="One body of the type webhook.ping, signed as any other"
                  refusal={webhook.enabled ? null : 'It is disabled: enable it first.'}
                  pending={pending}
                />
              </Form>
              <Form method="post">
                <input type="hidden" name="intent" value="replay_dead" />
                <Bar
                  stacked
                  weight="plain"
                  label="Replay the dead"
                  consequence={`${plural(deliveries.dead, 'delivery', 'deliveries')} again, under their own ids`}
                  refusal={deliveries.dead === 0 ? 'None is dead.' : null}
                />
              </Form>
              <Form method="post">
                <input type="hidden" name="intent" value={webhook.enabled ? 'disable' : 'enable'} />
                <Bar
                  stacked
                  weight="plain"
                  label={webhook.enabled ? 'Disable' : 'Enable'}
                  consequence={
                    webhook.enabled
                      ? 'What waits is held; what happens meanwhile is left out'
                      : 'What was held is sent, and what happens from now on'
                  }
                />
              </Form>
              <Confirm
                trigger="Rotate the secret"
                consequence="Both secrets sign for 24 h"
                title="Make a new secret?"
                confirm="Make it"
                fields={{ intent: 'rotate' }}
                weight="plain"
              >
                The new one is shown once. For 24 hours every call carries a signature by each, so the receiver can
                change over without losing one.
              </Confirm>
              <Confirm
                trigger="The secret leaked"
                consequence="The present one stops signing at once"
                title="Make a new secret and drop this one?"
                confirm="Drop it"
                fields={{ intent: 'rotate', overlapHours: '0' }}
              >
                Calls are signed by the new secret alone, so the receiver refuses them until it has it.
              </Confirm>
              <Confirm
                trigger="Remove"
                consequence="What it was not sent yet is never sent"
                title={`Remove ${webhook.name}?`}
                confirm="Remove it"
                fields={{ intent: 'remove' }}
              >
                Its deliveries go with it. This cannot be undone.
              </Confirm>
            </div>
          </Panel>
          <Panel title="Change it" className="flex-1">
            <WebhookFields
              key={webhook.version}
              lastResult={actionData?.reply ?? null}
              value={{ name: webhook.name, url: webhook.url, types: webhook.types }}
              version={webhook.version}
              label="Save"
              consequence="Holds for what is sent from now on"
            />
          </Panel>
        </div>
      </div>
    </>
  );
}
