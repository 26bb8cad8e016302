import { inArray, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { expect, test } from 'vitest';
import { sessions } from '../../../db/schema/sessions.ts';
import { rendered } from './rendered.ts';
import { anyOf, assignments, list } from './rows.ts';

const dialect = new PgDialect();
const words = ({ sql: text, params }: { sql: string; params: unknown[] }) => ({ text, params });

const patch = { cause: null, deadlineAt: new Date(0), budget: { tokens: 5 }, tags: ['a', "b'"], retryCount: 0 };
const cases: [string, SQL][] = [
  ['texts and values', sql`select ${'a'}::text, ${1}, ${true}, ${null} from ${sql.identifier('odd"name')}`],
  ['pieces in pieces', sql`with x as (${sql`select ${1}`}) ${sql``} select ${list([sql`${2}`, sql`now()`])}`],
  ['a patch by its columns', sql`update sessions set ${list(assignments(sessions, patch))} where ${anyOf(['x'])}`],
  ['nothing', sql`select 1 ${undefined}`],
  ['a column, left to drizzle', sql`select ${sessions.id} from ${sessions} where ${inArray(sessions.slug, ['IND-1'])}`],
  ['a list, left to drizzle', sql`select * from sessions where id in ${['a', 'b']}`],
  ['values in the text, left to drizzle', sql`select ${'it'}`.inlineParams()],
];

test.each(cases)('%s come out as drizzle makes them', (_, statement) => {
  expect(words(dialect.sqlToQuery(rendered(statement)))).toEqual(words(dialect.sqlToQuery(statement)));
});

test('a hot statement is rendered here, not by drizzle', () => {
  const statement = sql`update sessions set cause = ${'x'} where id = ${'y'}`;
  expect(rendered(statement)).not.toBe(statement);
  expect(rendered(cases[4]?.[1] ?? sql``)).toBe(cases[4]?.[1]);
});
