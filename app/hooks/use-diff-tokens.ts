import { useEffect, useMemo, useState } from 'react';
import { type HunkData, type HunkTokens, markEdits, tokenize } from 'react-diff-view';
import { asRenderer, languageOf, loadLanguage } from '../syntax.ts';

/** Past this, marking what changed inside a line and colouring it costs more than it shows. */
const mostMarked = 1_500;

/** What is marked inside the lines of a file: the words that changed at once, syntax when its grammar has come. */
export function useDiffTokens(hunks: HunkData[], path: string): HunkTokens | null {
  const small = useMemo(() => hunks.reduce((sum, hunk) => sum + hunk.changes.length, 0) <= mostMarked, [hunks]);
  const edits = useMemo(
    () => (small ? tokenize(hunks, { enhancers: [markEdits(hunks, { type: 'block' })] }) : null),
    [hunks, small],
  );
  const [coloured, setColoured] = useState<{ hunks: HunkData[]; tokens: HunkTokens } | null>(null);
  const language = small ? languageOf(path) : null;
  useEffect(() => {
    if (language === null) return;
    let gone = false;
    loadLanguage(language).then(
      (refractor) => {
        if (gone) return;
        const enhancers = [markEdits(hunks, { type: 'block' })];
        // The renderer was typed for an older highlighter; what it takes of one is a list of nodes.
        const options = { highlight: true, refractor: asRenderer(refractor), language, enhancers };
        setColoured({ hunks, tokens: tokenize(hunks, options as unknown as Parameters<typeof tokenize>[1]) });
      },
      (error: unknown) => {
        // Without its grammar a file is read as plain text: nothing is lost but colour.
        console.warn(`The colours of ${language} could not be loaded`, error);
      },
    );
    return () => {
      gone = true;
    };
  }, [hunks, language]);
  return coloured?.hunks === hunks ? coloured.tokens : edits;
}
