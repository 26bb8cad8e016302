import { z } from 'zod';
import type { ConflictSide } from '../../../server/application/git-port.ts';
import { type ConflictChoice, conflictChoices } from '../../../server/domain/conflict.ts';

/** A decision for each file, as the form sends it. */
export const conflictForm = z.object({
  files: z
    .array(
      z.object({
        path: z.string(),
        choice: z.enum(conflictChoices, 'Take a side, write it, or delete it.'),
        content: z.string().default(''),
      }),
    )
    .min(1, 'Decide each file.'),
});

export interface ConflictFormValues {
  files: { path: string; choice?: ConflictChoice; content?: string }[];
}

/** The decision as the service takes it: a text only where one was written, with the ends of lines the file had. */
export function resolutionOf(
  { files }: z.infer<typeof conflictForm>,
  sides: readonly Pick<ConflictSide, 'path' | 'ours' | 'theirs'>[],
) {
  return {
    files: files.map(({ path, choice, content }) => {
      if (choice !== 'edited') return { path, choice };
      const side = sides.find((one) => one.path === path);
      return { path, choice, content: withEnds(content, side?.ours ?? side?.theirs ?? '') };
    }),
  };
}

// A form sends every end of line as CR LF, whatever the file has.
function withEnds(content: string, model: string): string {
  const text = content.replaceAll('\r\n', '\n');
  return model.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

/** What the editor opens with: the merge with its markers, or the one side that is left. */
export function draftOf(side: ConflictSide): string {
  return side.merged ?? side.theirs ?? side.ours ?? '';
}

/** How many places are still marked as undecided. */
export function markersIn(text: string): number {
  return text.split('\n').filter((line) => line.startsWith('<<<<<<< ')).length;
}
