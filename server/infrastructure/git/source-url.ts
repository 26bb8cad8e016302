import { invalid } from '../../domain/errors.ts';

/** A git URL that may be asked: https or ssh, and nothing secret in it. */
export interface SourceUrl {
  href: string;
  host: string;
  port: number;
  scheme: 'https' | 'ssh';
  name: string;
}

const refuse = (message: string) => invalid([{ path: 'source', message }], message);

// user@host:path, as git writes ssh addresses in short.
const SHORT_SSH = /^([A-Za-z0-9._-]+)@([A-Za-z0-9.-]+):(?!\/\/)(.+)$/;

/** Whether a source is meant as a URL rather than as a folder. */
export function looksLikeUrl(source: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(source) || SHORT_SSH.test(source);
}

/** Reads a git URL; throws INVALID on `source` with the reason. No message repeats a password. */
export function parseSourceUrl(source: string): SourceUrl {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\s\u0000-\u001f\\]/.test(source)) throw refuse('A git URL has no spaces or control characters in it.');
  const short = SHORT_SSH.exec(source);
  const expanded = short ? `ssh://${short[1]}@${short[2]}/${short[3]}` : source;
  if (!URL.canParse(expanded)) throw refuse('This is neither an absolute path nor a git URL.');
  const url = new URL(expanded);
  const scheme = url.protocol.slice(0, -1);
  if (scheme !== 'https' && scheme !== 'ssh') {
    throw refuse(`URLs with ${scheme}: are not fetched: use https or ssh, or the absolute path of a local repository.`);
  }
  if (url.password !== '' || (scheme === 'https' && url.username !== '')) {
    throw refuse(
      'The URL carries a user name or password, which would be kept in clear: use a git credential helper or an ssh key instead.',
    );
  }
  if (url.search !== '' || url.hash !== '') throw refuse('A git URL ends with its path: remove what follows ? or #.');
  const path = url.pathname.replace(/\/+$/, '');
  if (path === '' || url.hostname === '' || url.hostname.startsWith('-')) throw refuse('The URL names no repository.');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    href: short ? source.replace(/\/+$/, '') : url.href.replace(/\/+$/, ''),
    host,
    port: Number(url.port) || (scheme === 'https' ? 443 : 22),
    scheme,
    name: decodeURIComponentSafe(path.slice(path.lastIndexOf('/') + 1)).replace(/\.git$/, '') || host,
  };
}

function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
