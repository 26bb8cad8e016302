import type { ChangedFile } from '../live-attempt.ts';

/** More lines than this freeze a page. */
export const mostDrawn = 3_000;

/** Past this many lines a file opens folded. */
const foldedFrom = 400;

export function linesOf(patch: string): number {
  let lines = 1;
  for (let at = patch.indexOf('\n'); at >= 0; at = patch.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** Whether a file is open at first: small ones are, in a change of which a person can see the whole. */
export function opensAtFirst(file: ChangedFile, files: number): boolean {
  return files <= 20 && (file.patch === null || linesOf(file.patch) <= foldedFrom);
}

/** A file's name, with its old one when it moved. */
export function nameOf(file: Pick<ChangedFile, 'path' | 'oldPath' | 'status'>): string {
  return file.status === 'renamed' && file.oldPath !== null ? `${file.oldPath} → ${file.path}` : file.path;
}

export const changeWords: Record<ChangedFile['status'], string> = {
  added: 'added',
  modified: 'changed',
  deleted: 'deleted',
  renamed: 'renamed',
};
