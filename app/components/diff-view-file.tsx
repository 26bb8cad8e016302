import { useMemo } from 'react';
import { Decoration, Diff, Hunk, markEdits, parseDiff, tokenize } from 'react-diff-view';
import type { ChangedFile } from '../live-attempt.ts';
import { linesOf, mostDrawn } from './diff-view-text.ts';

interface FileDiffProps {
  file: ChangedFile;
  view: 'unified' | 'split';
}

/** Past this, marking what changed inside a line costs more than it shows. */
const mostMarked = 500;

/** The lines of one file. What cannot be drawn is said in words. */
export function FileDiff({ file, view }: FileDiffProps) {
  const parsed = useMemo(() => (file.patch === null ? null : parse(file.patch)), [file.patch]);
  if (file.binary) return <Said>A binary file: its content is not shown. The patch has it.</Said>;
  if (file.patch === null) {
    return <Said>{file.truncated ? 'Too large to show here. The patch has all of it.' : unchanged[file.status]}</Said>;
  }
  if (linesOf(file.patch) > mostDrawn) {
    return <Said>{linesOf(file.patch).toLocaleString('en-US')} lines: too many to draw. The patch has all of it.</Said>;
  }
  if (parsed === null || parsed.hunks.length === 0) {
    return <Said>{unchanged[file.status]}</Said>;
  }
  return (
    <div className="overflow-x-auto">
      <Diff
        viewType={view}
        diffType={parsed.type}
        hunks={parsed.hunks}
        tokens={parsed.tokens}
        className={view === 'split' ? 'min-w-[56rem]' : 'min-w-80'}
      >
        {(hunks) =>
          hunks.flatMap((hunk) => [
            <Decoration key={`head ${hunk.content}`}>{hunk.content}</Decoration>,
            <Hunk key={hunk.content} hunk={hunk} />,
          ])
        }
      </Diff>
    </div>
  );
}

const unchanged: Record<ChangedFile['status'], string> = {
  added: 'An empty file.',
  deleted: 'It was empty.',
  renamed: 'Renamed without a change.',
  modified: 'No line changed: only its mode or its end.',
};

function parse(patch: string) {
  const file = parseDiff(patch, { nearbySequences: 'zip' })[0];
  if (file === undefined) return null;
  const changes = file.hunks.reduce((sum, hunk) => sum + hunk.changes.length, 0);
  const tokens =
    changes > mostMarked ? null : tokenize(file.hunks, { enhancers: [markEdits(file.hunks, { type: 'block' })] });
  return { type: file.type, hunks: file.hunks, tokens };
}

function Said({ children }: { children: React.ReactNode }) {
  return <p className="px-3 py-3 text-ink-2 lg:px-4">{children}</p>;
}
