import { plural } from '../format.ts';
import type { ChangedFile } from '../live-attempt.ts';
import { changeWords } from './diff-view-text.ts';
import { type TreeFolder, treeOf } from './file-tree-model.ts';
import { Glyph } from './glyph.tsx';

interface FileTreeProps {
  files: readonly ChangedFile[];
  viewed: ReadonlySet<string>;
  threads: ReadonlyMap<string, number>;
}

/** The changed files by folder, each with its state, its size, and whether it was looked at. */
export function FileTree({ files, viewed, threads }: FileTreeProps) {
  return (
    // Above the diff, in a pane too narrow for both, a long list scrolls by itself: what was changed stays in sight.
    <nav aria-label="Changed files" className="desk:@max-[60rem]:max-h-48 desk:@max-[60rem]:overflow-y-auto">
      <Folder folder={treeOf(files)} depth={0} viewed={viewed} threads={threads} />
    </nav>
  );
}

function Folder({
  folder,
  depth,
  viewed,
  threads,
}: { folder: TreeFolder; depth: number } & Omit<FileTreeProps, 'files'>) {
  return (
    <ul>
      {folder.folders.map((inner) => (
        <li key={inner.name}>
          <p className="break-all px-3 pt-2 font-data text-micro text-ink-3 lg:px-4" style={indent(depth)}>
            {inner.name}/
          </p>
          <Folder folder={inner} depth={depth + 1} viewed={viewed} threads={threads} />
        </li>
      ))}
      {folder.files.map(({ name, file }) => (
        <li key={file.path}>
          <a
            href={`#file-${file.path}`}
            title={file.path}
            style={indent(depth)}
            className="flex min-h-11 items-center gap-x-3 px-3 font-data text-data hover:bg-surface-2 lg:px-4"
          >
            <span className={viewed.has(file.path) ? 'text-ink-1' : 'text-ink-3'}>
              <Glyph name={viewed.has(file.path) ? 'check' : 'ring'} size={12} />
            </span>
            <span className="sr-only">
              {viewed.has(file.path) ? 'viewed' : 'not viewed'}, {changeWords[file.status]}: {file.path}
            </span>
            <span aria-hidden="true" className="min-w-0 flex-1 break-all">
              {name}
            </span>
            {threads.has(file.path) && (
              <span className="text-waiting">
                {threads.get(file.path)}
                <span className="sr-only"> threads</span>
              </span>
            )}
            <FileCount file={file} />
          </a>
        </li>
      ))}
    </ul>
  );
}

/** How far a reader has come with the files that are shown. */
export function FilesViewed({ files, viewed }: Pick<FileTreeProps, 'files' | 'viewed'>) {
  return (
    <span role="status">
      {files.filter(({ path }) => viewed.has(path)).length} of {plural(files.length, 'file')} viewed
    </span>
  );
}

const indent = (depth: number) => ({ paddingInlineStart: `${0.75 + depth * 0.75}rem` });

/** How many lines came and went. */
export function FileCount({ file }: { file: ChangedFile }) {
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
