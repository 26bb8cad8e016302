/**
 * A path of this site, or `/`. Refuses other hosts in all their spellings: `//host`, `/\host`, control characters that
 * browsers drop, and anything with a scheme.
 */
export function localPath(raw: string | null): string {
  if (raw === null || !raw.startsWith('/') || raw.startsWith('//') || raw.includes('\\')) return '/';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not pass
  if (/[\u0000-\u001f\u007f]/.test(raw)) return '/';
  const url = new URL(raw, 'http://local.invalid');
  if (url.host !== 'local.invalid') return '/';
  return url.pathname.replace(/\.data$/, '') + url.search;
}
