/** Columns that many tables share. */
import { sql } from 'drizzle-orm';
import { customType, integer, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
export const xid8 = customType<{ data: string }>({ dataType: () => 'xid8' });
/** A moment, in the database's own time zone-aware type. */
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
export const id = () => uuid('id').primaryKey();
export const createdAt = () => at('created_at').notNull().defaultNow();
/** Counts the changes people may have seen; writers name it in If-Match. */
export const version = () => integer('version').notNull().default(1);
export const texts = (name: string) => text(name).array().notNull().default(sql`'{}'`);
