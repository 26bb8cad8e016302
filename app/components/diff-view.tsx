import './diff-view.css';
import { useState } from 'react';
import type { Thread } from '../../server/domain/review.ts';
import { plural } from '../format.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';
import type { ChangedFile, Changes } from '../live-attempt.ts';
import { FileDiff } from './diff-view-file.tsx';
import { changeWords, nameOf, opensAtFirst } from './diff-view-text.ts';
import { FileCount } from './file-tree.tsx';

interface DiffViewProps {
  diff: Changes;
  view: 'unified' | 'split';
  threads: readonly Thread[];
  viewed: ReadonlySet<string>;
  onViewed: (file: ChangedFile, viewed: boolean) => void;
  /** What was typed about a file and refused, without scripts. */
  kept?: Readonly<Record<string, string>> | undefined;
  /** The file a link asked for, without scripts. */
  unfolded?: string | null;
}

/** The changed files, each line by line with what was said about it. */
export function DiffView({ diff, view, threads, viewed, onViewed, kept, unfolded = null }: DiffViewProps) {
  return (
    <div className="min-w-0">
      {diff.truncated && (
        <p className="border-l-4 border-caution px-3 py-2 text-caution lg:px-4">
          Not everything is shown here: some of it is too large. The patch has all of it.
        </p>
      )}
      {diff.files.map((file) => (
        <File
          key={file.path}
          file={file}
          files={diff.files.length}
          view={view}
          threads={threads.filter((thread) => thread.path === file.path)}
          viewed={viewed.has(file.path)}
          onViewed={onViewed}
          kept={kept?.path === file.path ? kept : undefined}
          asked={unfolded === file.path}
        />
      ))}
    </div>
  );
}

interface FileProps extends Omit<DiffViewProps, 'diff' | 'viewed' | 'unfolded'> {
  file: ChangedFile;
  files: number;
  viewed: boolean;
  asked: boolean;
}

/** What is folded is not drawn, so that a change of thousands of files opens at once; without scripts a link unfolds it. */
function File({ file, files, view, threads, viewed, onViewed, kept, asked }: FileProps) {
  const hydrated = useHydrated();
  const [opened, setOpened] = useState<boolean | null>(null);
  const wanted = asked || kept !== undefined || threads.some(({ resolvedAt }) => resolvedAt === null);
  const open = opened ?? (!viewed && (wanted || opensAtFirst(file, files)));
  return (
    <details
      id={`file-${file.path}`}
      open={open}
      onToggle={(event) => setOpened(event.currentTarget.open)}
      className="file-section scroll-mt-40 border-b-2 border-line-2"
    >
      <summary className="flex min-h-11 flex-wrap items-center gap-x-4 bg-surface-2 px-3 font-data text-data lg:px-4">
        <b className="min-w-0 flex-1 break-all">{nameOf(file)}</b>
        {threads.length > 0 && <span className="text-waiting">{plural(threads.length, 'thread')}</span>}
        <span className="text-ink-3">{changeWords[file.status]}</span>
        <FileCount file={file} />
      </summary>
      {hydrated && (
        <label className="flex min-h-11 cursor-pointer items-center gap-2 border-b border-line-1 px-3 text-data lg:px-4">
          <input
            type="checkbox"
            checked={viewed}
            onChange={(event) => {
              onViewed(file, event.target.checked);
              setOpened(!event.target.checked);
            }}
            className="size-5"
          />
          Viewed
        </label>
      )}
      {open ? (
        <FileDiff file={file} view={view} threads={threads} kept={kept} />
      ) : (
        <noscript>
          <p className="px-3 py-2 lg:px-4">
            <a
              className="inline-flex min-h-11 items-center underline"
              href={`?file=${encodeURIComponent(file.path)}&view=${view}#file-${file.path}`}
            >
              Show the lines of this file
            </a>
          </p>
        </noscript>
      )}
    </details>
  );
}
