import { useState } from 'react';
import { holdRows } from '../held-rows.ts';

/**
 * Rows that stay where they are while someone reads: known ones are brought up to date in place, new ones wait until
 * they are asked for. Another `view` (a filter, a page) starts anew.
 */
export function useHeldRows<Row extends { readonly id: string }>(loaded: readonly Row[], view: string) {
  const [held, setHeld] = useState({ view, ids: loaded.map((row) => row.id) });
  const ids = held.view === view ? held.ids : loaded.map((row) => row.id);
  if (held.view !== view) setHeld({ view, ids });
  return { ...holdRows(loaded, ids), release: () => setHeld({ view, ids: loaded.map((row) => row.id) }) };
}
