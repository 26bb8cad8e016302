import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { consentInput, createDatasetInput, datasetParts, datasetRules } from '../../domain/dataset.ts';
import { cut, mapped, pageOf } from './paging.ts';
import { idParams } from './params.ts';
import { listQuery, one } from './query.ts';
import { type Route, route } from './route.ts';
import { consentShape, datasetOut, datasetPreviewShape, datasetShape } from './shapes/dataset.ts';
import { iso, listOf } from './shapes/fields.ts';

const tag = 'datasets';
const read = { name: 'read', resource: 'datasets' } as const;
const manage = { name: 'team.manage' } as const;

export const datasetRoutes: Route[] = [
  route({
    method: 'get',
    path: '/datasets',
    operationId: 'listDatasets',
    summary: 'List datasets, newest first',
    tag,
    permission: read,
    query: listQuery,
    responses: { 200: { description: 'A page of datasets.', schema: listOf(datasetShape) } },
    async handle({ services, actor, query }) {
      return { status: 200, json: mapped(cut(await services.datasets.list(actor), pageOf(query)), datasetOut) };
    },
  }),
  route({
    method: 'post',
    path: '/datasets',
    operationId: 'createDataset',
    summary: 'Write a dataset of proven sessions; 409 without the consent of the team',
    tag,
    permission: manage,
    body: createDatasetInput,
    responses: { 201: { description: 'The dataset, whose job begins.', schema: datasetShape } },
    async handle({ services, actor, body }) {
      return { status: 201, json: datasetOut(await services.datasets.create(actor, body)) };
    },
  }),
  route({
    method: 'get',
    path: '/datasets/consent',
    operationId: 'getDatasetConsent',
    summary: 'Whether the team agrees that its sessions become training data',
    tag,
    permission: read,
    responses: { 200: { description: 'The consent.', schema: consentShape } },
    async handle({ services, actor }) {
      const { changedAt, ...consent } = await services.datasets.consent(actor);
      return { status: 200, json: { ...consent, changedAt: iso(changedAt) } };
    },
  }),
  route({
    method: 'put',
    path: '/datasets/consent',
    operationId: 'setDatasetConsent',
    summary: 'Agree for the team, or take it back: that ends every job and removes every sample',
    tag,
    permission: manage,
    body: consentInput,
    versioned: true,
    responses: { 200: { description: 'The consent as it stands.', schema: consentShape } },
    async handle({ services, actor, body, version }) {
      const { changedAt, ...consent } = await services.datasets.setConsent(actor, body, version);
      return { status: 200, json: { ...consent, changedAt: iso(changedAt) } };
    },
  }),
  route({
    method: 'post',
    path: '/datasets/preview',
    operationId: 'previewDataset',
    summary: 'Count what rules would take now, and why the rest is left out',
    tag,
    permission: manage,
    body: datasetRules,
    responses: { 200: { description: 'The counts.', schema: datasetPreviewShape } },
    async handle({ services, actor, body }) {
      return { status: 200, json: await services.datasets.preview(actor, body) };
    },
  }),
  route({
    method: 'get',
    path: '/datasets/{id}',
    operationId: 'getDataset',
    summary: 'Read a dataset with its card and the checksums of its files',
    tag,
    permission: read,
    params: idParams,
    responses: { 200: { description: 'The dataset.', schema: datasetShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: datasetOut(await services.datasets.get(actor, params.id)) };
    },
  }),
  route({
    method: 'delete',
    path: '/datasets/{id}',
    operationId: 'deleteDataset',
    summary: 'Remove a dataset with every sample it holds',
    tag,
    permission: manage,
    params: idParams,
    responses: { 204: { description: 'Removed.' } },
    async handle({ services, actor, params }) {
      await services.datasets.remove(actor, params.id);
      return { status: 204 };
    },
  }),
  route({
    method: 'post',
    path: '/datasets/{id}/cancel',
    operationId: 'cancelDataset',
    summary: 'End a job at work',
    tag,
    permission: manage,
    params: idParams,
    responses: { 200: { description: 'The dataset, cancelled.', schema: datasetShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: datasetOut(await services.datasets.cancel(actor, params.id)) };
    },
  }),
  route({
    method: 'post',
    path: '/datasets/{id}/retry',
    operationId: 'retryDataset',
    summary: 'Try a failed or cancelled one again, from what there is now',
    tag,
    permission: manage,
    params: idParams,
    responses: { 200: { description: 'The dataset, pending.', schema: datasetShape } },
    async handle({ services, actor, params }) {
      return { status: 200, json: datasetOut(await services.datasets.retry(actor, params.id)) };
    },
  }),
  route({
    method: 'get',
    path: '/datasets/{id}/file',
    operationId: 'downloadDataset',
    summary: 'Download one file of a dataset; the audit says who did',
    tag,
    permission: manage,
    params: idParams,
    query: {
      part: one(z.enum(datasetParts, `One of ${datasetParts.join(', ')}`), 'Which file; train.chat.jsonl unless said.'),
    },
    responses: {
      200: { description: 'The file.', also: ['application/x-ndjson'] },
      409: { description: 'It is not complete, or the consent was taken back.' },
    },
    async handle({ services, actor, params, query }) {
      const { lines } = await services.datasets.file(actor, params.id, query.part ?? 'train.chat.jsonl');
      return {
        type: 'application/x-ndjson',
        stream: async (res) => {
          res.status(200).set('Cache-Control', 'no-store').type('application/x-ndjson');
          await pipeline(Readable.from(lines), res);
        },
      };
    },
  }),
];
