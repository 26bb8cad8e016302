/** Blueprints as files: reading and writing YAML, and the places they are fetched from; `ports.ts` holds the other ports. */
import type { BlueprintOrigin } from '../domain/blueprint-catalogue.ts';
import type { BlueprintImport, ImportFrom } from '../domain/blueprint-import.ts';

export type YamlPath = readonly (string | number)[];

/** YAML that has been read, with where each of its values stands. */
export interface YamlText {
  /** Plain data: bounded in depth and size, without cycles. */
  readonly value: unknown;
  /** Line and column, from 1, of what stands at the path, or of the nearest that encloses it. */
  placeOf(path: YamlPath): { readonly line: number; readonly column: number };
  /** A scalar as it is written (`1.10` where the value is 1.1); null when no scalar stands at the path. */
  writtenAt(path: YamlPath): string | null;
}

/** Throws INVALID on `yaml` with line, column and reason: not YAML, too large, too deep, tags, a key twice, a bomb. */
export type ReadYaml = (text: string) => YamlText;

/** The text of plain data, keys in their order; `ReadYaml` reads it back to the same. */
export type WriteYaml = (value: object) => string;

/** One blueprint as it was found, unread. */
export interface BlueprintText {
  /** How the place names it: a file's path or its address. */
  readonly name: string;
  readonly yaml: string;
  readonly origin: BlueprintOrigin;
  /** What the place says it is; a text that says otherwise is not taken. */
  readonly expected?: { readonly key: string; readonly version: string };
}

/** A place blueprints are fetched from: a directory, a git repository, an HTTPS registry. */
export interface BlueprintSource<Kind extends BlueprintImport['kind'] = BlueprintImport['kind']> {
  /** At least one text, each bounded; throws INVALID with the field of the request and the reason. */
  read(from: ImportFrom<Kind>): Promise<BlueprintText[]>;
}

export interface BlueprintFiles {
  readonly readYaml: ReadYaml;
  readonly writeYaml: WriteYaml;
  readonly sources: { readonly [Kind in BlueprintImport['kind']]: BlueprintSource<Kind> };
}
