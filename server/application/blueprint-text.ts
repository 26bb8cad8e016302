import { type Blueprint, blueprintSchema, expandDefinition } from '../domain/blueprint.ts';
import { errorCodeOf, type FieldIssue, invalid } from '../domain/errors.ts';
import type { ReadYaml, YamlPath, YamlText } from './blueprint-port.ts';

/** Stands for a session where there is none. Its title starts with no verb, as half of all titles do. */
export const anySession = { title: 'The goal', prompt: 'The goal.' } as const;

/**
 * The blueprint of a YAML text, judged whole: its own fields, and its plan with the default parameters. Throws INVALID
 * with each fault: path within the blueprint, line, column and reason.
 */
export function parseBlueprint(readYaml: ReadYaml, text: string): Blueprint {
  const read = readYaml(text);
  const parsed = blueprintSchema.safeParse(withVersionAsWritten(read));
  if (!parsed.success) {
    throw placed(
      read,
      parsed.error.issues.flatMap(({ path, message, ...issue }) =>
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'Unknown field' }))
          : [{ path: path.join('.'), message }],
      ),
    );
  }
  withPlaces(read, () => expandDefinition(parsed.data, {}, anySession));
  return parsed.data;
}

/** Does what may find fault with the tasks of a text, and says of each fault where it stands. */
export function withPlaces<T>(read: YamlText, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const details = errorCodeOf(error) === 'INVALID' && error instanceof Error && 'details' in error && error.details;
    if (!Array.isArray(details)) throw error;
    throw placed(read, details as FieldIssue[]);
  }
}

function placed(read: YamlText, issues: readonly FieldIssue[]) {
  const told = issues.map(({ path, message }) => {
    // What somebody gives for a parameter stands in no text.
    if (path.startsWith('parameters.') && !/^parameters\.\d/.test(path)) return { path, message };
    const { line, column } = read.placeOf(stepsOf(path));
    return { path, message: `Line ${line}, column ${column}: ${message}`, line, column };
  });
  return invalid(told);
}

function stepsOf(path: string): YamlPath {
  return path === '' ? [] : path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** YAML reads 1.10 as the number 1.1; a version is what was written. */
function withVersionAsWritten({ value, writtenAt }: YamlText): unknown {
  if (typeof value !== 'object' || value === null || !('version' in value)) return value;
  return { ...value, version: typeof value.version === 'number' ? writtenAt(['version']) : value.version };
}
