/** The slug after this one in the circle of those that wait; the first when this one does not wait, null when none does. */
export function nextSlug(waiting: readonly string[], after: string | null): string | null {
  const at = after === null ? -1 : waiting.indexOf(after.toUpperCase());
  return waiting[(at + 1) % Math.max(1, waiting.length)] ?? null;
}

/** From a session's page on: the one that needs a person after it. */
export function afterThis(pathname: string): string {
  const slug = /^\/sessions\/([A-Za-z]+-\d+)/.exec(pathname)?.[1];
  return slug === undefined ? '' : `?after=${slug}`;
}
