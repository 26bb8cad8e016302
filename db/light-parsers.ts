import type { PGlite } from '@electric-sql/pglite';

// Each plain type with that of its arrays: bool, bytea, name, int8, int2, int4, text, json, float4, float8, varchar,
// numeric, uuid, jsonb.
const withArrays = [
  [16, 1000],
  [17, 1001],
  [19, 1003],
  [20, 1016],
  [21, 1005],
  [23, 1007],
  [25, 1009],
  [114, 199],
  [700, 1021],
  [701, 1022],
  [1043, 1015],
  [1700, 1231],
  [2950, 2951],
  [3802, 3807],
];

/**
 * PGlite copies all of its parsers for each query that brings some of its own, as every one of drizzle's does: 318 of
 * them, most for arrays of the catalogue's rows, and a third of what a short query costs. This leaves it those of arrays
 * that a table of ours may have, with what reads their elements; every other plain type has its own without them.
 */
export async function lightParsers(pglite: PGlite): Promise<PGlite> {
  // Before the first query they are not all known.
  await pglite.query('select 1');
  const all = pglite.parsers;
  const kept = withArrays.flat().flatMap((type) => (all[type] ? [[type, all[type]] as const] : []));
  pglite.parsers = Object.fromEntries(kept);
  return pglite;
}
