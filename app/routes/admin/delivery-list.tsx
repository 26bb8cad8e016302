import { Form } from 'react-router';
import type { Delivery } from '../../../server/application/webhook-port.ts';
import { Countdown } from '../../components/age.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Button } from '../../components/ui/button.tsx';
import { dateTime, milliseconds, plural } from '../../format.ts';
import { deliverySigns } from './webhook-form.ts';

/** What was sent and what came back, one delivery a row, those that need somebody first. */
export function DeliveryList({
  deliveries,
  bodies,
}: {
  deliveries: readonly Delivery[];
  bodies: Readonly<Record<string, string>>;
}) {
  return (
    <ul>
      {deliveries.map((delivery) => (
        <li key={delivery.id} className="border-b border-line-1 px-3 py-2 lg:px-4">
          <div className="flex flex-wrap items-start justify-between gap-2">
            <div className="min-w-0">
              <p className="flex flex-wrap items-center gap-2">
                <StatusBadge sign={deliverySigns[delivery.status]} />
                <b className="break-words font-data text-data">{delivery.type}</b>
                {delivery.statusCode !== null && <span className="font-data text-data">{delivery.statusCode}</span>}
              </p>
              <p className="font-data text-micro text-ink-2">
                <time dateTime={delivery.createdAt.toISOString()}>{dateTime(delivery.createdAt)}</time> ·{' '}
                {plural(delivery.attempts, 'try', 'tries')}
                {delivery.replays > 0 && ` after ${plural(delivery.replays, 'replay')}`}
                {delivery.durationMs !== null && ` · ${milliseconds(delivery.durationMs)}`}
                {delivery.status === 'failed' && (
                  <>
                    {' '}
                    · again in <Countdown to={delivery.nextAt} past="a moment" />
                  </>
                )}
              </p>
              {delivery.error !== null && <p className="break-words text-data text-broken">{delivery.error}</p>}
            </div>
            {(delivery.status === 'dead' || delivery.status === 'delivered') && (
              <Form method="post">
                <input type="hidden" name="intent" value="replay" />
                <input type="hidden" name="deliveryId" value={delivery.id} />
                <Button type="submit">
                  Replay<span className="sr-only"> {delivery.id}</span>
                </Button>
              </Form>
            )}
          </div>
          <details className="text-data">
            <summary className="inline-flex min-h-6 cursor-pointer items-center text-ink-2">
              Body and answer<span className="sr-only"> of delivery {delivery.id}</span>
            </summary>
            <dl className="mt-1 flex flex-col gap-1">
              <Text name="Delivery">{delivery.id}</Text>
              <Text name="Body">{pretty(bodies[delivery.id] ?? '')}</Text>
              <Text name="Answer">
                {delivery.response === null ? 'none yet' : delivery.response === '' ? 'empty' : delivery.response}
              </Text>
            </dl>
          </details>
        </li>
      ))}
    </ul>
  );
}

function Text({ name, children }: { name: string; children: string }) {
  return (
    <div>
      <dt className="engraved text-micro text-ink-3">{name}</dt>
      <dd className="max-h-96 overflow-y-auto whitespace-pre-wrap break-all font-data text-micro">{children}</dd>
    </div>
  );
}

/** For reading; what is signed has no spaces. */
function pretty(body: string): string {
  return body === '' ? 'none' : JSON.stringify(JSON.parse(body), null, 2);
}
