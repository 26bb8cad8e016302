import { useCallback, useEffect, useState } from 'react';
import type { ChangedFile } from '../live-attempt.ts';

/**
 * Which files of a session this person has looked at, kept in this browser. A mark is for the change as it was: when the
 * file's change becomes another one, the mark is gone.
 */
export function useViewed(sessionId: string, files: readonly ChangedFile[]) {
  const key = `viewed.${sessionId}`;
  const [marks, setMarks] = useState<Readonly<Record<string, string>>>({});
  useEffect(() => setMarks(read(key)), [key]);
  const mark = useCallback(
    (file: ChangedFile, viewed: boolean) => {
      const { [file.path]: _, ...others } = read(key);
      const next = viewed ? { ...others, [file.path]: versionOf(file) } : others;
      localStorage.setItem(key, JSON.stringify(next));
      setMarks(next);
    },
    [key],
  );
  const viewed = new Set(files.filter((file) => marks[file.path] === versionOf(file)).map(({ path }) => path));
  return { viewed, mark };
}

/** What tells one change of a file from another: git's names of both its contents, where the patch has them. */
function versionOf(file: ChangedFile): string {
  const index = /^index ([0-9a-f]+\.\.[0-9a-f]+)/m.exec(file.patch?.slice(0, 2_000) ?? '')?.[1];
  return index ?? `${file.status} ${file.additions} ${file.deletions}`;
}

function read(key: string): Record<string, string> {
  const stored: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
  return typeof stored === 'object' && stored !== null ? { ...(stored as Record<string, string>) } : {};
}
