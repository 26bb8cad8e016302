import { z } from 'zod';

/** What a lock is taken away with: its name, typed again, and why. */
export const forceReleaseInput = z.strictObject({
  resource: z.string().min(1, 'Name the resource.').max(200),
  /** As people read it in the audit. */
  reason: z.string().trim().min(10, 'Say in at least 10 characters why.').max(500),
});
