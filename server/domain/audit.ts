import { z } from 'zod';

const word = z.string().trim().min(1).max(200);
const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'Give a day as 2026-11-20')
  .refine((text) => !Number.isNaN(Date.parse(text)), 'There is no such day');

/** How the record is searched (access.md, Audit); days are of UTC and both belong to the answer. */
export const auditFilterInput = z.strictObject({
  action: word.optional(),
  actor: word.optional(),
  subject: word.optional(),
  from: day.optional(),
  to: day.optional(),
});
export type AuditFilterInput = z.output<typeof auditFilterInput>;

/** What reading the whole chain of a team found. */
export interface AuditVerdict {
  /** Entries that are whole, from the first on. */
  readonly entries: number;
  /** Number of the first entry that was changed, or before which one is missing. */
  readonly firstBroken: number | null;
}
