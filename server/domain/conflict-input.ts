import { z } from 'zod';
import { type ConflictResolution, conflictChoices, holdsMarkers } from './conflict.ts';
import { type FieldIssue, invalid, invalidFromZod } from './errors.ts';
import { storable } from './text.ts';

/** Whoever edits more by hand does it better in a clone. */
const largestContent = 1_000_000;

const choice = z.strictObject({
  path: storable('The path'),
  choice: z.enum(conflictChoices, { error: `Choose one of ${conflictChoices.join(', ')}` }),
  content: storable('The content').max(largestContent, 'The content is longer than 1,000,000 characters').optional(),
});

/** A person's choices for the files of a conflict. */
export const resolveConflictInput = z.strictObject({
  files: z.array(choice, { error: 'Give a choice for each file' }).max(10_000),
});

/** Reads the choices against the conflicting files: one for each, no markers left. Throws INVALID naming every place. */
export function readResolution(raw: unknown, files: readonly string[]): ConflictResolution[] {
  const parsed = resolveConflictInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  const issues: FieldIssue[] = [];
  const seen = new Set<string>();
  parsed.data.files.forEach(({ path, choice, content }, place) => {
    const at = `files.${place}`;
    if (!files.includes(path)) issues.push({ path: `${at}.path`, message: `${path} is not in conflict` });
    else if (seen.has(path)) issues.push({ path: `${at}.path`, message: `${path} has a choice already` });
    seen.add(path);
    if (choice !== 'edited') {
      if (content !== undefined) issues.push({ path: `${at}.content`, message: 'Only an edited file has a content' });
    } else if (content === undefined)
      issues.push({ path: `${at}.content`, message: 'An edited file needs its content' });
    else if (holdsMarkers(content))
      issues.push({ path: `${at}.content`, message: `${path} still holds conflict markers` });
  });
  for (const path of files)
    if (!seen.has(path)) issues.push({ path: 'files', message: `There is no choice for ${path}` });
  if (issues.length > 0) throw invalid(issues);
  return parsed.data.files.map(({ path, choice, content }) => ({ path, choice, content: content ?? null }));
}
