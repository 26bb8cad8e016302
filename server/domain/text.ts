import { z } from 'zod';

/**
 * A trimmed text of `min` to `max` characters. NUL is refused here because PostgreSQL can store it neither in text nor
 * in jsonb, and a clear message beats a failed insert.
 */
export function text(label: string, min: number, max: number) {
  return storable(label)
    .trim()
    .min(min, min === 1 ? `${label} must not be empty` : `${label} needs at least ${min} characters`)
    .max(max, `${label} may have at most ${max.toLocaleString('en-US')} characters`);
}

/** Any text the database can hold, untrimmed. */
export function storable(label: string) {
  return z
    .string({ error: ({ input }) => (input === undefined ? `${label} is missing` : `${label} must be a text`) })
    .refine((value) => !value.includes('\u0000'), `${label} holds a NUL character`);
}
