import { useMemo } from 'react';
import { type HunkData, type HunkTokens, markEdits, tokenize } from 'react-diff-view';

/** Past this, marking what changed inside a line costs more than it shows. */
const mostMarked = 1_500;

/** What is marked inside the lines of a file: the words that changed. */
export function useDiffTokens(hunks: HunkData[], _path: string): HunkTokens | null {
  return useMemo(() => {
    const changes = hunks.reduce((sum, hunk) => sum + hunk.changes.length, 0);
    if (changes > mostMarked) return null;
    return tokenize(hunks, { enhancers: [markEdits(hunks, { type: 'block' })] });
  }, [hunks]);
}
