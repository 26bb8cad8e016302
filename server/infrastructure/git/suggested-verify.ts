import { z } from 'zod';
import type { Git } from './git-command.ts';

const packageFile = z.object({ scripts: z.object({ test: z.string() }) });

// What `npm init` writes when nobody has tests.
const PLACEHOLDER = /no test specified/;

/** `npm test` when package.json at the commit has a test script of its own. */
export async function suggestedVerify(git: Git, repository: string, commit: string): Promise<string[]> {
  const path = `${commit}:package.json`;
  const size = await git(['cat-file', '-s', path], { repository, accept: [128] });
  if (size.code !== 0 || Number(size.text) > 1024 * 1024) return [];
  const { text } = await git(['cat-file', 'blob', path], { repository, accept: [128] });
  const parsed = packageFile.safeParse(json(text));
  if (!parsed.success) return [];
  const script = parsed.data.scripts.test.trim();
  return script === '' || PLACEHOLDER.test(script) ? [] : ['npm test'];
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
