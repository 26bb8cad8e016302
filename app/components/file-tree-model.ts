import type { ChangedFile } from '../live-attempt.ts';

export interface TreeFolder {
  /** Without the names of the folders around it; folders that hold one folder only share a line. */
  readonly name: string;
  readonly folders: readonly TreeFolder[];
  readonly files: readonly { readonly name: string; readonly file: ChangedFile }[];
}

interface Growing {
  folders: Map<string, Growing>;
  files: { name: string; file: ChangedFile }[];
}

/** The files by folder, in the order of their names. */
export function treeOf(files: readonly ChangedFile[]): TreeFolder {
  const root: Growing = { folders: new Map(), files: [] };
  for (const file of files) {
    const parts = file.path.split('/');
    const name = parts.pop() ?? file.path;
    let at = root;
    for (const part of parts) {
      const inner = at.folders.get(part) ?? { folders: new Map(), files: [] };
      at.folders.set(part, inner);
      at = inner;
    }
    at.files.push({ name, file });
  }
  return grown('', root);
}

function grown(name: string, { folders, files }: Growing): TreeFolder {
  const [only] = folders;
  if (name !== '' && folders.size === 1 && files.length === 0 && only !== undefined)
    return grown(`${name}/${only[0]}`, only[1]);
  return {
    name,
    folders: [...folders].map(([inner, folder]) => grown(inner, folder)).toSorted((a, b) => compare(a.name, b.name)),
    files: files.toSorted((a, b) => compare(a.name, b.name)),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
