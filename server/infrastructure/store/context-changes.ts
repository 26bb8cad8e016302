import { sql } from 'drizzle-orm';
import { contextChanges } from '../../../db/schema/contexts.ts';
import type { LeafChange } from '../../application/knowledge-port.ts';
import type { ContextChange } from '../../domain/context.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Handle, Row } from './handle.ts';
import { decode, isId } from './rows.ts';

/** A row of the history; an absent side is no key at all, because null is a value. */
export function changeOf(row: Row): ContextChange {
  const { hadBefore, hasAfter, before, after, ...change } = decode(contextChanges, row);
  return { ...change, ...(hadBefore ? { before } : {}), ...(hasAfter ? { after } : {}) };
}

/** Why a write found no row: the context is gone, or another writer was faster; then with the keys both have touched. */
export async function contextRefusal(
  handle: Handle,
  id: string,
  seen: number,
  changes: readonly LeafChange[],
): Promise<DomainError> {
  const [row] = isId(id)
    ? await handle.rows(sql`select version from contexts where id = ${id}::uuid
        and (expires_at is null or expires_at > clock_timestamp())`)
    : [];
  if (row === undefined) return new DomainError('NOT_FOUND', 'There is no such context');
  const theirs = await handle.rows(sql`select distinct path from context_changes
    where context_id = ${id}::uuid and version > ${seen}::int order by path`);
  const keys = theirs
    .map(({ path }) => String(path))
    .filter((path) => changes.some((change) => overlap(change.path, path)));
  const version = Number(row.version);
  return new DomainError(
    'CONFLICT',
    `The context has changed meanwhile: it is at version ${version}, you saw ${seen}`,
    {
      details: { version, seen, keys },
    },
  );
}

/** The same path, or one stands inside the other. */
function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}
