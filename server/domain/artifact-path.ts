import { z } from 'zod';

/**
 * A file inside a worktree, as an agent outside may name it: relative, `/` between the parts, no way up, nothing of git's
 * own. Links are judged against the worktree itself, by whoever writes.
 */
export const artifactPath = z
  .string({ error: 'Name the file' })
  .min(1, 'Name the file')
  .max(1_000, 'The path is too long')
  .superRefine((path, context) => {
    const message = pathProblem(path);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

/** Why a path may not be written, or null. */
export function pathProblem(path: string): string | null {
  if (/^[/\\]|^[A-Za-z]:/.test(path)) return 'The path is absolute; name the file from the top of the repository';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused.
  if (/[\u0000-\u001f\u007f\\]/.test(path)) return 'The path holds a backslash or a control character';
  const parts = path.split('/');
  if (parts.includes('..')) return 'The path leads out of the repository';
  if (parts.some((part) => part === '' || part === '.')) return 'The path has an empty part';
  if (parts.some(isGits)) return "The path is git's own";
  return null;
}

/** Also as other file systems read it: in capitals, with dots or blanks behind, with ignorable characters, shortened. */
function isGits(part: string): boolean {
  const plain = part
    .replace(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '')
    .toLowerCase()
    .replace(/[. ]+$/, '')
    .split(':')[0];
  return plain === '.git' || plain === 'git~1';
}
