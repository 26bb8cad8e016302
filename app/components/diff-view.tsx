import './diff-view.css';
import { plural } from '../format.ts';
import type { ChangedFile, Changes } from '../live-attempt.ts';
import { FileDiff } from './diff-view-file.tsx';
import { changeWords, nameOf, opensAtFirst } from './diff-view-text.ts';

interface DiffViewProps {
  diff: Changes;
  view: 'unified' | 'split';
}

/** Which files changed and how, then each of them line by line. */
export function DiffView({ diff, view }: DiffViewProps) {
  return (
    <div className="min-w-0">
      <nav aria-label="Changed files" className="border-b-2 border-line-2">
        <ul>
          {diff.files.map((file) => (
            <li key={file.path} className="border-b border-line-1 last:border-b-0">
              <a
                href={`#file-${file.path}`}
                className="flex min-h-11 flex-wrap items-center gap-x-4 px-3 font-data text-data hover:bg-surface-2 lg:px-4"
              >
                <span className="w-16 text-ink-3">{changeWords[file.status]}</span>
                <span className="min-w-0 flex-1 break-all">{nameOf(file)}</span>
                <Count file={file} />
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {diff.truncated && (
        <p className="border-l-4 border-caution px-3 py-2 text-caution lg:px-4">
          Not everything is shown here: some of it is too large. The patch has all of it.
        </p>
      )}
      {diff.files.map((file) => (
        <details
          key={file.path}
          id={`file-${file.path}`}
          open={opensAtFirst(file, diff.files.length)}
          className="scroll-mt-40 border-b-2 border-line-2"
        >
          <summary className="flex min-h-11 flex-wrap items-center gap-x-4 bg-surface-2 px-3 font-data text-data lg:px-4">
            <b className="min-w-0 flex-1 break-all">{nameOf(file)}</b>
            <span className="text-ink-3">{changeWords[file.status]}</span>
            <Count file={file} />
          </summary>
          <FileDiff file={file} view={view} />
        </details>
      ))}
    </div>
  );
}

function Count({ file }: { file: ChangedFile }) {
  if (file.binary) return <span className="text-ink-3">binary</span>;
  return (
    <span
      className="whitespace-nowrap"
      role="img"
      aria-label={`${plural(file.additions, 'line')} added, ${plural(file.deletions, 'line')} removed`}
    >
      <span className="text-live">+{file.additions}</span> <span className="text-broken">−{file.deletions}</span>
    </span>
  );
}
