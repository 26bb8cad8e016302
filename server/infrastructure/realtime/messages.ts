import { z } from 'zod';

const name = z.string().regex(/^[\w-]{1,64}$/, 'Not an id');

/** What a client may send (api.md, Socket.IO). Unknown fields are left out, for newer clients. */
export const watchMessage = z.object({
  sessions: z.array(name).max(200).default([]),
  team: z.boolean().default(false),
  after: z.record(z.string().max(64), z.int().min(0)).default({}),
});
export type WatchMessage = z.output<typeof watchMessage>;

export const unwatchMessage = z.object({
  sessions: z.array(name).max(1_000).default([]),
  team: z.boolean().default(false),
});

export type WatchAnswer =
  | { readonly ok: true; readonly sessions: Record<string, number>; readonly denied: string[]; readonly team?: number }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };
