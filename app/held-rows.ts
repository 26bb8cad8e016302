/** The rows in the order they were shown first, with today's values, and how many wait to be shown. */
export function holdRows<Row extends { readonly id: string }>(
  loaded: readonly Row[],
  shown: readonly string[],
): { rows: Row[]; waiting: number } {
  const byId = new Map(loaded.map((row) => [row.id, row]));
  // A row that left the list (deleted, or no longer matching the filter) is gone; it moves only what is below it.
  const rows = shown.flatMap((id) => byId.get(id) ?? []);
  return { rows, waiting: loaded.length - rows.length };
}
