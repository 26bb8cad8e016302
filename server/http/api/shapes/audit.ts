import { z } from 'zod';
import type { AuditEntry } from '../../../application/record-port.ts';
import { count, iso, time } from './fields.ts';

const party = (id: z.ZodType) => z.strictObject({ kind: z.string(), id });

export const auditEntryShape = z
  .strictObject({
    number: z.int().min(1),
    at: time,
    actor: party(z.string().nullable()),
    action: z.string(),
    subject: party(z.string()),
    before: z.unknown(),
    after: z.unknown(),
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
    previousHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' });

export const auditVerdictShape = z
  .strictObject({ entries: count, firstBroken: z.int().min(1).nullable() })
  .meta({ id: 'AuditVerdict' });

export function auditEntryOut(entry: AuditEntry) {
  return { ...entry, at: iso(entry.at) };
}
