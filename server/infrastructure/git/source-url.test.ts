import { expect, test } from 'vitest';
import { looksLikeUrl, parseSourceUrl } from './source-url.ts';

function refusal(source: string): { code?: string; message: string } {
  try {
    parseSourceUrl(source);
  } catch (error) {
    return error as { code?: string; message: string };
  }
  throw new Error(`${source} was accepted`);
}

test('https and ssh URLs are read, the short form of ssh too', () => {
  const cases = [
    ['https://github.com/acme/tools.git', 'https://github.com/acme/tools.git', 'github.com', 443, 'tools'],
    ['https://GitHub.com/acme/tools/', 'https://github.com/acme/tools', 'github.com', 443, 'tools'],
    ['https://git.example.com:8443/x', 'https://git.example.com:8443/x', 'git.example.com', 8443, 'x'],
    [
      'ssh://git@example.com:2222/acme/tools.git',
      'ssh://git@example.com:2222/acme/tools.git',
      'example.com',
      2222,
      'tools',
    ],
    ['git@github.com:acme/tools.git', 'git@github.com:acme/tools.git', 'github.com', 22, 'tools'],
    ['https://[2606:4700::1]/x', 'https://[2606:4700::1]/x', '2606:4700::1', 443, 'x'],
  ] as const;
  for (const [source, href, host, port, name] of cases) {
    expect(looksLikeUrl(source)).toBe(true);
    expect(parseSourceUrl(source)).toMatchObject({ href, host, port, name });
  }
});

test('an absolute path is no URL', () => {
  expect(looksLikeUrl('/home/ada/a:b')).toBe(false);
});

test('every other scheme is refused by name', () => {
  for (const scheme of ['file', 'http', 'git', 'ftp', 'ext', 'javascript']) {
    expect(looksLikeUrl(`${scheme}://host/x`)).toBe(true);
    expect(refusal(`${scheme}://host/x`)).toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining(`${scheme}:`),
    });
  }
  expect(refusal('ext::sh -c touch% /tmp/x')).toMatchObject({ code: 'INVALID' });
});

test('a URL with a password or a token in it is refused without repeating it', () => {
  for (const source of [
    'https://ada:s3cret@host/x',
    'https://ghp_s3cret@host/x',
    'ssh://git:s3cret@host/x',
    'https://host/x?token=s3cret',
  ]) {
    const { code, message } = refusal(source);
    expect(code).toBe('INVALID');
    expect(message).not.toContain('s3cret');
  }
});

test('a host or URL that git or ssh would read as an option is refused', () => {
  for (const source of [
    'ssh://-oProxyCommand=x/y',
    'https://host/a b',
    'https://host/\nx',
    'https://host',
    'git@host:',
  ]) {
    expect(refusal(source)).toMatchObject({ code: 'INVALID' });
  }
});
