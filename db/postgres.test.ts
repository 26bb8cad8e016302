import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { openTestDatabase } from './testing/database.ts';

test('a statement with parameters is kept on its connection, one without is not', async () => {
  const { db, close } = await openTestDatabase('postgres');
  try {
    const kept = await db.transaction(async (tx) => {
      await tx.execute(sql`select ${'x'}::text as kept_statement`);
      await tx.execute(sql`select 1 as loose_statement`);
      return tx.execute(sql`select statement from pg_prepared_statements where statement like '%_statement%'`);
    });
    const statements = [...(kept as unknown as { statement: string }[])].map(({ statement }) => statement);
    expect(statements).toEqual(['select $1::text as kept_statement']);
  } finally {
    await close();
  }
});
