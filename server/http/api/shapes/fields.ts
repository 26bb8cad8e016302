import { z } from 'zod';

/** Pieces the shapes of api.md have in common. */
export const id = z.guid();
export const time = z.iso.datetime();
export const count = z.int().min(0);
export const record = z.record(z.string(), z.unknown());

/** A list in its one form (api.md, Lists). */
export function listOf(item: z.ZodType): z.ZodType {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable(), total: count });
}

export function iso(date: Date): string;
export function iso(date: Date | null): string | null;
/** A time as the API writes it; null stays null. */
export function iso(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
