import type { Syntax } from 'refractor/core';

/** Grammars by the name or the ending of a file; each is fetched when a file of it is shown first. */
const grammars: Readonly<Record<string, () => Promise<{ default: Syntax }>>> = {
  typescript: () => import('refractor/typescript'),
  tsx: () => import('refractor/tsx'),
  javascript: () => import('refractor/javascript'),
  jsx: () => import('refractor/jsx'),
  json: () => import('refractor/json'),
  css: () => import('refractor/css'),
  scss: () => import('refractor/scss'),
  markup: () => import('refractor/markup'),
  markdown: () => import('refractor/markdown'),
  yaml: () => import('refractor/yaml'),
  toml: () => import('refractor/toml'),
  ini: () => import('refractor/ini'),
  bash: () => import('refractor/bash'),
  python: () => import('refractor/python'),
  ruby: () => import('refractor/ruby'),
  php: () => import('refractor/php'),
  java: () => import('refractor/java'),
  kotlin: () => import('refractor/kotlin'),
  swift: () => import('refractor/swift'),
  c: () => import('refractor/c'),
  cpp: () => import('refractor/cpp'),
  csharp: () => import('refractor/csharp'),
  go: () => import('refractor/go'),
  rust: () => import('refractor/rust'),
  sql: () => import('refractor/sql'),
  docker: () => import('refractor/docker'),
  makefile: () => import('refractor/makefile'),
  diff: () => import('refractor/diff'),
};

const endings: Readonly<Record<string, string>> = {
  ...{ ts: 'typescript', mts: 'typescript', cts: 'typescript', tsx: 'tsx' },
  ...{ js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'jsx', json: 'json', jsonc: 'json' },
  ...{ css: 'css', scss: 'scss', html: 'markup', htm: 'markup', xml: 'markup', svg: 'markup', vue: 'markup' },
  ...{ md: 'markdown', yml: 'yaml', yaml: 'yaml', toml: 'toml', ini: 'ini', cfg: 'ini', conf: 'ini' },
  ...{ sh: 'bash', bash: 'bash', zsh: 'bash', py: 'python', rb: 'ruby', php: 'php', java: 'java', kt: 'kotlin' },
  ...{ swift: 'swift', c: 'c', h: 'c', cc: 'cpp', cpp: 'cpp', hpp: 'cpp', cs: 'csharp', go: 'go', rs: 'rust' },
  ...{ sql: 'sql', diff: 'diff', patch: 'diff' },
};

const names: Readonly<Record<string, string>> = { Dockerfile: 'docker', Makefile: 'makefile', '.gitignore': 'bash' };

/** The language of a file by its name, or null when it is read as plain text. */
export function languageOf(path: string): string | null {
  const name = path.split('/').at(-1) ?? path;
  const ending = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : '';
  return names[name] ?? endings[ending] ?? null;
}

type Refractor = typeof import('refractor/core')['refractor'];

/** The highlighter with one language in it; the same promise for who asks again. */
export async function loadLanguage(language: string): Promise<Refractor> {
  const [{ refractor }, grammar] = await Promise.all([import('refractor/core'), grammars[language]?.()]);
  if (grammar !== undefined && !refractor.registered(language)) refractor.register(grammar.default);
  return refractor;
}

/** What the diff renderer calls a highlighter: it wants a list of nodes. */
export function asRenderer(refractor: Refractor) {
  return { highlight: (text: string, language: string) => refractor.highlight(text, language).children };
}
