import { z } from 'zod';
import { invalidFromZod } from '../../domain/errors.ts';
import { createWebhookInput, deliveryStatuses, rotateWebhookInput, updateWebhookInput } from '../../domain/webhook.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { deliveryParams, idParams } from './params.ts';
import { listQuery, one } from './query.ts';
import { type Route, route } from './route.ts';
import { count, listOf } from './shapes/fields.ts';
import { deliveryOut, deliveryShape, newWebhookShape, webhookOut, webhookShape } from './shapes/webhook.ts';

const tag = 'webhooks';
const read = { name: 'read', resource: 'webhooks' } as const;
const manage = { name: 'team.manage' } as const;
const noInput = z.strictObject({});

export const webhookRoutes: Route[] = [
  route({
    method: 'get',
    path: '/webhooks',
    operationId: 'listWebhooks',
    summary: 'List webhooks',
    tag,
    permission: read,
    query: listQuery,
    responses: { 200: { description: 'A page of webhooks.', schema: listOf(webhookShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(cut(await services.webhooks.list(actor), pageOf(query)), webhookOut) };
    },
  }),
  route({
    method: 'post',
    path: '/webhooks',
    operationId: 'createWebhook',
    summary: 'Have the team’s events sent somewhere; the secret is in this answer only',
    tag,
    permission: manage,
    body: createWebhookInput,
    secret: true,
    responses: { 201: { description: 'The webhook.', schema: newWebhookShape } },
    async handle({ services, actor, body }) {
      const created = await services.webhooks.create(actor, body);
      return { status: 201, json: { ...webhookOut(created), secret: created.secret } };
    },
  }),
  route({
    method: 'get',
    path: '/webhooks/{id}',
    operationId: 'getWebhook',
    summary: 'Read a webhook',
    tag,
    permission: read,
    params: idParams,
    responses: { 200: { description: 'The webhook.', schema: webhookShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: webhookOut(await services.webhooks.get(actor, params.id)) };
    },
  }),
  route({
    method: 'patch',
    path: '/webhooks/{id}',
    operationId: 'updateWebhook',
    summary: 'Change, enable or disable a webhook',
    tag,
    permission: manage,
    params: idParams,
    body: updateWebhookInput,
    versioned: true,
    responses: { 200: { description: 'The webhook as changed.', schema: webhookShape } },
    async handle({ services, actor, params, body, version }) {
      return { status: 200, json: webhookOut(await services.webhooks.update(actor, params.id, body, version)) };
    },
  }),
  route({
    method: 'delete',
    path: '/webhooks/{id}',
    operationId: 'deleteWebhook',
    summary: 'Remove a webhook; what it was not sent yet is never sent',
    tag,
    permission: manage,
    params: idParams,
    responses: { 204: { description: 'Removed.' } },
    async handle({ services, actor, params }) {
      await services.webhooks.remove(actor, params.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/webhooks/{id}/ping',
    operationId: 'pingWebhook',
    summary: 'Send a test delivery of the type webhook.ping',
    tag,
    permission: manage,
    params: idParams,
    body: noInput,
    responses: { 202: { description: 'The delivery.', schema: deliveryShape } },
    async handle({ services, actor, params, body }) {
      nothing(body);
      return { status: 202, json: deliveryOut(await services.webhooks.ping(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/webhooks/{id}/rotate',
    operationId: 'rotateWebhook',
    summary: 'Make a new secret; the one before signs too for `overlapHours` (24)',
    tag,
    permission: manage,
    params: idParams,
    body: rotateWebhookInput,
    secret: true,
    responses: { 200: { description: 'The webhook with its new secret.', schema: newWebhookShape } },
    async handle({ services, actor, params, body }) {
      const rotated = await services.webhooks.rotate(actor, params.id, body);
      return { status: 200, json: { ...webhookOut(rotated), secret: rotated.secret } };
    },
  }),
  route({
    method: 'post',
    path: '/webhooks/{id}/replay',
    operationId: 'replayWebhook',
    summary: 'Send the dead deliveries again, the oldest first, at most 1,000',
    tag,
    permission: manage,
    params: idParams,
    body: noInput,
    responses: { 202: { description: 'How many.', schema: z.strictObject({ replayed: count }) } },
    async handle({ services, actor, params, body }) {
      nothing(body);
      return { status: 202, json: { replayed: await services.webhooks.replayDead(actor, params.id) } };
    },
  }),
  route({
    method: 'get',
    path: '/webhooks/{id}/deliveries',
    operationId: 'listWebhookDeliveries',
    summary: 'List what a webhook was sent: the dead first, then what waits, then the newest',
    tag,
    permission: read,
    params: idParams,
    query: { status: one(z.enum(deliveryStatuses), 'Only those in this state.'), ...listQuery },
    responses: { 200: { description: 'A page of deliveries.', schema: listOf(deliveryShape) } },
    async handle({ services, actor, params, query }) {
      const { status } = query;
      const page = await services.webhooks.deliveries(actor, params.id, { status }, pageOf(query));
      return { status: 200, json: mapped(page, deliveryOut) };
    },
  }),
  route({
    method: 'post',
    path: '/webhooks/{id}/deliveries/{deliveryId}/replay',
    operationId: 'replayWebhookDelivery',
    summary: 'Send a settled delivery again, under its own id',
    tag,
    permission: manage,
    params: deliveryParams,
    body: noInput,
    responses: { 202: { description: 'The delivery.', schema: deliveryShape } },
    async handle({ services, actor, params, body }) {
      nothing(body);
      return { status: 202, json: deliveryOut(await services.webhooks.replay(actor, params.id, params.deliveryId)) };
    },
  }),
];

function nothing(body: object): void {
  const parsed = noInput.safeParse(body);
  if (!parsed.success) throw invalidFromZod(parsed.error);
}
