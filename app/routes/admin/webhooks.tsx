import { data, Link } from 'react-router';
import { createWebhookInput } from '../../../server/domain/webhook.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { plural } from '../../format.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/webhooks.ts';
import { SecretOnce, WebhookFields } from './webhook-fields.tsx';
import { webhookValues } from './webhook-form.ts';
import { WebhookState } from './webhook-state.tsx';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Webhooks');

export const loader = guarded(async ({ context }: Route.LoaderArgs) => ({
  webhooks: await context.get(servicesContext).webhooks.list(actorOf(context)),
}));

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), createWebhookInput, webhookValues);
  if (submission.status !== 'success') return data({ reply: submission.reply(), made: null }, { status: 422 });
  try {
    const made = await context.get(servicesContext).webhooks.create(actorOf(context), submission.value);
    const { id, name, secret } = made;
    return data({ reply: submission.reply({ resetForm: true }), made: { id, name, secret } });
  } catch (error) {
    const answer = replyWith(submission, error);
    return data({ reply: answer.data, made: null }, answer.init ?? {});
  }
});

const columns = [
  { words: 'Webhook' },
  { words: 'State' },
  { words: 'Events', wide: true },
  { words: 'Dead', end: true },
];

/** Where the team's events are sent. */
export default function Webhooks({ loaderData: { webhooks }, actionData }: Route.ComponentProps) {
  return (
    <>
      <PageHeader
        title="Webhooks"
        note="Each event of the team is posted to the addresses below: signed, tried again when it fails, kept when it cannot be delivered."
      />
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <Panel title="Webhooks" aside={plural(webhooks.length, 'webhook')}>
          {webhooks.length === 0 ? (
            <Empty title="Nothing is sent anywhere.">
              Give the form on this page the address of a service that should hear of what happens.
            </Empty>
          ) : (
            <Table caption="Webhooks of the team" columns={columns}>
              {webhooks.map((webhook) => (
                <tr
                  data-row
                  key={webhook.id}
                  className="relative border-b border-line-1 focus-within:bg-surface-2 hover:bg-surface-2"
                >
                  <Cell>
                    <Link to={`/admin/webhooks/${webhook.id}`} className="font-semibold after:absolute after:inset-0">
                      {webhook.name}
                    </Link>
                    <span className="block break-all font-data text-micro text-ink-2">{webhook.url}</span>
                  </Cell>
                  <Cell>
                    <WebhookState webhook={webhook} />
                  </Cell>
                  <Cell wide className="text-data">
                    {webhook.types.length === 0 ? 'every event' : plural(webhook.types.length, 'type')}
                  </Cell>
                  <Cell end className={`font-data ${webhook.deliveries.dead > 0 ? 'font-bold text-broken' : ''}`}>
                    {webhook.deliveries.dead}
                  </Cell>
                </tr>
              ))}
            </Table>
          )}
        </Panel>
        <Panel title="Add one">
          {actionData?.made && <SecretOnce name={actionData.made.name} secret={actionData.made.secret} />}
          <WebhookFields
            lastResult={actionData?.reply ?? null}
            label="Add"
            consequence="Sends what happens from now on; its secret is shown once"
          />
        </Panel>
      </div>
    </>
  );
}
