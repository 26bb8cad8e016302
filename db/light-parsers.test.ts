import { PGlite } from '@electric-sql/pglite';
import { afterAll, expect, test } from 'vitest';
import { lightParsers } from './light-parsers.ts';

const plain = await PGlite.create();
const light = await lightParsers(await PGlite.create());
afterAll(() => Promise.all([plain.close(), light.close()]));

// One of the driver's own, as drizzle brings some with every query.
const parsers = { 1184: (value: string) => value };

test.each([
  "true, 1::int2, 2::int4, 3::int8, 1.5::float8, 2.5::numeric, 'a'::text, 'b'::varchar, 'c'::name",
  `'{"a":[1]}'::jsonb, '[1]'::json, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '\\x01ff'::bytea, now() - now(), null`,
  "'2026-01-02 03:04:05+00'::timestamptz, '2026-01-02'::date, '2026-01-02 03:04:05'::timestamp",
  'array[true], array[1::int2], array[2], array[3::int8], array[1.5::float4], array[1.5::float8], array[2.5::numeric]',
  `array['a', null, 'b c'], array['b'::varchar], array['c'::name], array['\\x01ff'::bytea], '{}'::text[]`,
  `array['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid], array['{"a":1}'::jsonb], array['[1]'::json], array[array[1, 2]]`,
])('select %s comes out as it does otherwise', async (values) => {
  for (const options of [undefined, { parsers }]) {
    const query = `select ${values}`;
    const rowMode = { ...options, rowMode: 'array' as const };
    expect((await light.query(query, [], rowMode)).rows).toEqual((await plain.query(query, [], rowMode)).rows);
  }
});

test('a query that brings parsers copies few others', () => {
  expect(Object.keys(light.parsers).length).toBeLessThan(30);
});
