import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { mapped, pageOf } from './paging.ts';
import { sessionParams } from './params.ts';
import { listQuery, one } from './query.ts';
import { type Route, route } from './route.ts';
import { auditEntryOut, auditEntryShape, auditVerdictShape } from './shapes/audit.ts';
import { listOf } from './shapes/fields.ts';

const tag = 'audit';
const permission = { name: 'audit.read' } as const;
const text = z.string();
const ndjson = 'application/x-ndjson';

export const auditRoutes: Route[] = [
  route({
    method: 'get',
    path: '/audit',
    operationId: 'listAudit',
    summary: 'List the entries of the audit, newest first',
    tag,
    permission,
    query: {
      action: one(text, 'A whole action (`token.created`) or its noun (`token`).'),
      actor: one(text, 'Id, kind or e-mail address of who acted.'),
      subject: one(text, 'Id or kind of what was acted on.'),
      from: one(text, 'First day, `2026-11-20`, UTC.'),
      to: one(text, 'Last day, UTC.'),
      ...listQuery,
    },
    responses: { 200: { description: 'A page of entries.', schema: listOf(auditEntryShape) } },
    async handle({ services, actor, query }) {
      const { cursor, limit, ...filter } = query;
      return {
        status: 200,
        json: mapped(await services.audit.list(actor, filter, pageOf({ cursor, limit })), auditEntryOut),
      };
    },
  }),
  route({
    method: 'get',
    path: '/sessions/{id}/audit',
    operationId: 'listSessionAudit',
    summary: 'List what was done to a session, newest first',
    tag,
    permission: { name: 'session.audit.read' },
    params: sessionParams,
    query: listQuery,
    responses: { 200: { description: 'A page of entries.', schema: listOf(auditEntryShape) } },
    async handle({ services, actor, params, query }) {
      const page = await services.audit.ofSession(actor, params.id, pageOf(query));
      return { status: 200, json: mapped(page, auditEntryOut) };
    },
  }),
  route({
    method: 'get',
    path: '/audit/verification',
    operationId: 'verifyAudit',
    summary: 'Check the whole hash chain and name the first broken entry',
    tag,
    permission,
    responses: { 200: { description: 'What was found.', schema: auditVerdictShape } },
    async handle({ services, actor }) {
      return { status: 200, json: await services.audit.verify(actor) };
    },
  }),
  route({
    method: 'get',
    path: '/audit/export',
    operationId: 'exportAudit',
    summary: 'The whole chain as JSON Lines, oldest first; that it was taken is recorded',
    tag,
    permission,
    responses: { 200: { description: 'One entry a line.', schema: z.string(), also: [ndjson] } },
    async handle({ services, actor }) {
      return {
        type: ndjson,
        async stream(res) {
          const lines = await services.audit.exportLines(actor);
          res.status(200).set('Cache-Control', 'no-store').type(ndjson);
          await pipeline(Readable.from(lines), res);
        },
      };
    },
  }),
];
