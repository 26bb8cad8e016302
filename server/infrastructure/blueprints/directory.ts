import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { BlueprintSource, BlueprintText } from '../../application/blueprint-port.ts';
import { invalid } from '../../domain/errors.ts';
import { isYamlName, refuseCount, refuseSize } from './found-files.ts';
import { maxYamlBytes } from './yaml-bounds.ts';

const refuse = (path: string, message: string) => invalid([{ path, message }], message);

/** YAML files below the one folder of this server that the operator opened for imports; links out of it lead nowhere. */
export function createDirectorySource(root: string | null): BlueprintSource<'directory'> {
  return {
    async read({ path = '' }) {
      if (root === null)
        throw refuse(
          'kind',
          'No folder of this server is open for imports: an operator can name one with BLUEPRINT_DIR.',
        );
      const top = await real(root, 'The folder BLUEPRINT_DIR names is not there.');
      const shown = path === '' ? 'the folder' : path;
      const place = await real(join(top, path), `There is no ${shown} in the folder of blueprints.`);
      if (place !== top && !place.startsWith(`${top}${sep}`)) throw refuse('path', `${path} leads out of the folder.`);
      const files = (await stat(place)).isDirectory() ? await filesOf(place) : [place];
      refuseCount(files.length, 'path', shown);
      const texts: BlueprintText[] = [];
      for (const file of files.sort()) {
        const name = relative(top, file);
        if ((await stat(file)).size > maxYamlBytes) throw refuseSize('path', name);
        texts.push({ name, yaml: await readFile(file, 'utf8'), origin: { kind: 'directory', path: name } });
      }
      return texts;
    },
  };
}

async function filesOf(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() && isYamlName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function real(path: string, missing: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(String(error.code)))
      throw refuse('path', missing);
    throw error;
  }
}
