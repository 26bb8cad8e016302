import { useMemo } from 'react';
import { parseDiff } from 'react-diff-view';
import type { Thread } from '../../server/domain/review.ts';
import type { ChangedFile } from '../live-attempt.ts';
import { CommentForm } from './comment-form.tsx';
import { CommentThread } from './comment-thread.tsx';
import { DiffLines } from './diff-view-lines.tsx';
import { linesOf, mostDrawn } from './diff-view-text.ts';
import { useReviewRoom } from './review-room.ts';

interface FileDiffProps {
  file: ChangedFile;
  view: 'unified' | 'split';
  threads?: readonly Thread[];
  /** What was typed about this file and refused, without scripts. */
  kept?: Readonly<Record<string, string>> | undefined;
}

/** One file: its lines with what was said about them, and the place to say more. What cannot be drawn is said in words. */
export function FileDiff({ file, view, threads = none, kept }: FileDiffProps) {
  const { refusal } = useReviewRoom();
  return (
    <>
      <Content file={file} view={view} threads={threads} />
      {refusal === null && (
        <details open={kept !== undefined} className="border-t border-line-1">
          <summary className="flex min-h-11 items-center px-3 text-data underline lg:px-4">
            Comment on this file
          </summary>
          <CommentForm path={file.path} range={null} kept={kept} naming />
        </details>
      )}
    </>
  );
}

function Content({ file, view, threads }: Required<Pick<FileDiffProps, 'file' | 'view' | 'threads'>>) {
  const parsed = useMemo(() => (file.patch === null ? null : parse(file.patch)), [file.patch]);
  const said = saidOf(file, parsed?.hunks.length ?? 0);
  if (said === null && parsed !== null)
    return <DiffLines path={file.path} hunks={parsed.hunks} type={parsed.type} view={view} threads={threads} />;
  return (
    <>
      <p className="px-3 py-3 text-ink-2 lg:px-4">{said}</p>
      {threads.map((thread) => (
        <CommentThread key={thread.id} thread={thread} named />
      ))}
    </>
  );
}

function saidOf(file: ChangedFile, hunks: number): string | null {
  if (file.binary) return 'A binary file: its content is not shown. The patch has it.';
  if (file.patch === null)
    return file.truncated ? 'Too large to show here. The patch has all of it.' : unchanged[file.status];
  const lines = linesOf(file.patch);
  if (lines > mostDrawn) return `${lines.toLocaleString('en-US')} lines: too many to draw. The patch has all of it.`;
  return hunks === 0 ? unchanged[file.status] : null;
}

const none: readonly Thread[] = [];

const unchanged: Record<ChangedFile['status'], string> = {
  added: 'An empty file.',
  deleted: 'It was empty.',
  renamed: 'Renamed without a change.',
  modified: 'No line changed: only its mode or its end.',
};

function parse(patch: string) {
  return parseDiff(patch, { nearbySequences: 'zip' })[0] ?? null;
}
