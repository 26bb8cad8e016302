import { sql } from 'drizzle-orm';
import { check, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/** The fingerprint of the key that everything sealed here opens with: one row, so that no second key slips in. */
export const encryptionKey = pgTable(
  'encryption_key',
  {
    id: integer('id').primaryKey().default(1),
    keyId: text('key_id').notNull(),
    since: at('since').notNull().defaultNow(),
  },
  (t) => [check('encryption_key_one', sql`${t.id} = 1`)],
);
