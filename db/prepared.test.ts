import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { prepared } from './prepared.ts';

const pglite = prepared(await PGlite.create(), 3);
const names = async () =>
  (await pglite.query<{ statement: string }>('select statement from pg_prepared_statements order by 1')).rows
    .map(({ statement }) => statement)
    .filter((statement) => !statement.includes('pg_prepared_statements'));

beforeEach(async () => {
  await pglite.exec('drop table if exists things; create table things (id int primary key, name text, at timestamptz)');
});
afterAll(() => pglite.close());

test('a statement asked twice is kept under a name and answers the same with other values', async () => {
  const insert = 'insert into things (id, name, at) values ($1, $2, $3) returning id, name, at';
  const moment = new Date('2026-01-02T03:04:05.000Z');
  const first = await pglite.query(insert, [1, 'one', moment]);
  const second = await pglite.query(insert, [2, null, moment]);
  expect(first.rows).toEqual([{ id: 1, name: 'one', at: moment }]);
  expect(second.rows).toEqual([{ id: 2, name: null, at: moment }]);
  expect(second.fields).toEqual(first.fields);
  expect(await names()).toContain(insert);
  const { rows } = await pglite.query('select name from things where id = $1', [1], { rowMode: 'array' });
  expect(rows).toEqual([['one']]);
});

test('a known statement counts what it changed and answers no rows where it returns none', async () => {
  const insert = 'insert into things (id) values ($1)';
  for (const id of [1, 2]) {
    const { rows, affectedRows } = await pglite.query(insert, [id]);
    expect({ rows, affectedRows }).toEqual({ rows: [], affectedRows: 1 });
  }
});

test('a refused value is an error of that one call, also inside a transaction that is rolled back', async () => {
  const insert = 'insert into things (id) values ($1)';
  await pglite.query(insert, [1]);
  await expect(pglite.query(insert, [1])).rejects.toMatchObject({ code: '23505' });
  await expect(
    pglite.transaction(async (tx) => {
      await tx.query(insert, [2]);
      await tx.query(insert, [2]);
    }),
  ).rejects.toMatchObject({ code: '23505' });
  await pglite.query(insert, [3]);
  expect((await pglite.query('select id from things order by id')).rows).toEqual([{ id: 1 }, { id: 3 }]);
});

test('a statement that cannot be parsed is not kept', async () => {
  for (let round = 0; round < 2; round += 1)
    await expect(pglite.query('select nothing from things where id = $1', [1])).rejects.toMatchObject({
      code: '42703',
    });
  expect((await pglite.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('a table that has changed is asked anew after one error', async () => {
  const all = 'select * from things where id = $1';
  await pglite.query('insert into things (id) values ($1)', [1]);
  expect((await pglite.query(all, [1])).rows).toEqual([{ id: 1, name: null, at: null }]);
  await pglite.exec('alter table things add column size int');
  await expect(pglite.query(all, [1])).rejects.toMatchObject({ code: '0A000' });
  expect((await pglite.query(all, [1])).rows).toEqual([{ id: 1, name: null, at: null, size: null }]);
});

test('the statements not asked for longest give way', async () => {
  for (const column of ['id', 'name', 'at', 'id'])
    await pglite.query(`select ${column} from things where id = $1`, [1]);
  expect(await names()).toEqual(['select at from things where id = $1', 'select id from things where id = $1']);
});

test('what changes no rows is sent as it always was', async () => {
  await pglite.query('create table others (id int)');
  await pglite.query('drop table others');
  expect((await names()).filter((statement) => /table others/.test(statement))).toEqual([]);
});
