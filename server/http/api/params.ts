import { z } from 'zod';

const uuid = '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** A session by id or slug (domain.md 1.2). Path parameters that cannot be are unknown, so they answer 404. */
export const sessionParams = z.strictObject({
  id: z
    .string()
    .regex(new RegExp(`^(IND-[0-9]{1,9}|${uuid})$`, 'i'))
    .describe('Id or slug of the session.'),
});

export const idParams = z.strictObject({
  id: z
    .string()
    .regex(new RegExp(`^${uuid}$`, 'i'))
    .describe('Id.'),
});

/** An agent by id or name (domain.md 3.2). */
export const agentParams = z.strictObject({
  id: z
    .string()
    .regex(new RegExp(`^(AGENT-[A-Z0-9-]{1,44}|${uuid})$`, 'i'))
    .describe('Id or name of the agent.'),
});

export const checkpointParams = z.strictObject({
  ...sessionParams.shape,
  sequence: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/)
    .describe('Sequence of the checkpoint.'),
});

export const commentParams = z.strictObject({
  ...sessionParams.shape,
  commentId: z
    .string()
    .regex(new RegExp(`^${uuid}$`, 'i'))
    .describe('Id of the comment that opens the thread.'),
});

export const deliveryParams = z.strictObject({
  ...idParams.shape,
  deliveryId: z
    .string()
    .regex(new RegExp(`^${uuid}$`, 'i'))
    .describe('Id of the delivery.'),
});

/** An external agent by its id, as it was registered. */
export const externalAgentParams = z.strictObject({
  agentId: z
    .string()
    .regex(new RegExp(`^${uuid}$`, 'i'))
    .describe('Id of the agent.'),
});

export const attemptParams = z.strictObject({
  attemptId: z
    .string()
    .regex(new RegExp(`^${uuid}$`, 'i'))
    .describe('Id of the attempt.'),
});
