/** Outgoing webhooks: what may be said of one, and what follows from an answer. Pure. */
import { z } from 'zod';
import { eventTypes } from './events.ts';

/** `failed` is tried again, `dead` is not until a person says so. */
export const deliveryStatuses = ['pending', 'failed', 'delivered', 'dead'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** The type of a test delivery; no event carries it. */
export const pingType = 'webhook.ping';

/** A team has at most so many; each of them is a row per matching event. */
export const mostWebhooks = 50;

/** Seconds before each further try; after the last one a delivery is dead. */
export const defaultBackoff = [10, 60, 300, 1_800, 7_200, 21_600] as const;

/** How long both secrets sign after a rotation, unless said otherwise. */
export const overlapHours = 24;

const url = z
  .string({ error: 'Give the address to send to.' })
  .trim()
  .max(2_000, 'At most 2,000 characters.')
  .superRefine((text, context) => {
    const parsed = URL.canParse(text) ? new URL(text) : null;
    if (parsed === null || !/^https?:$/.test(parsed.protocol))
      context.addIssue({ code: 'custom', message: 'Give an http or https address.' });
    else if (parsed.username !== '' || parsed.password !== '')
      context.addIssue({ code: 'custom', message: 'Leave user and password out: the signature says who sends.' });
  });
const name = z
  .string({ error: 'Name the webhook.' })
  .trim()
  .min(1, 'Name the webhook.')
  .max(100, 'At most 100 characters.');
const types = z
  .array(z.enum(eventTypes, 'Not a type of event.'))
  .max(eventTypes.length)
  .transform((given) => [...new Set(given)]);

/** No types: every event of the team. */
export const createWebhookInput = z.strictObject({
  name,
  url,
  types: types.optional(),
  enabled: z.boolean().optional(),
});
export const updateWebhookInput = createWebhookInput.partial();
export const rotateWebhookInput = z.strictObject({
  /** 0: the secret before stops signing at once, as after a leak. */
  overlapHours: z.number().int().min(0).max(168).optional(),
});
export const deliveryFilterInput = z.strictObject({ status: z.enum(deliveryStatuses).optional() });

/** What came of one try: the receiver's status, or why there is none. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly reason: string };

export type Verdict =
  | { readonly status: 'delivered' }
  | { readonly status: 'failed'; readonly inSeconds: number }
  | { readonly status: 'dead'; readonly gone: boolean };

/**
 * What becomes of a delivery after its `attempts`th try: any 2xx settles it, 410 says that nobody will ever listen there
 * again, everything else waits its turn in `backoff` with ± 20 % jitter (`chance` from 0 to 1), and then it is dead.
 */
export function verdictOf(outcome: Outcome, attempts: number, backoff: readonly number[], chance: number): Verdict {
  const status = outcome.kind === 'answered' ? outcome.status : 0;
  if (status >= 200 && status < 300) return { status: 'delivered' };
  if (status === 410) return { status: 'dead', gone: true };
  const wait = backoff[attempts - 1];
  if (wait === undefined) return { status: 'dead', gone: false };
  return { status: 'failed', inSeconds: wait * (0.8 + 0.4 * chance) };
}

const circuitFrom = 5;
const circuitSeconds = 60;
const circuitMost = 1_800;

/**
 * For how many seconds nothing is sent to an endpoint that failed so many times in a row; null: it may be asked. After
 * that one delivery is the probe. Doubles from a minute up to half an hour.
 */
export function circuitAfter(failuresInARow: number): number | null {
  if (failuresInARow < circuitFrom) return null;
  return Math.min(circuitMost, circuitSeconds * 2 ** Math.min(10, failuresInARow - circuitFrom));
}
