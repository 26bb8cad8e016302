import type { DomainError } from '../../domain/errors.ts';
import { invalid } from '../../domain/errors.ts';

/** One import takes at most so many files. */
const maxFiles = 100;

export const isYamlName = (name: string): boolean => /\.ya?ml$/i.test(name);

/** INVALID on the field when a place holds no file, or more than one import takes. */
export function refuseCount(count: number, path: string, place: string): void {
  if (count > 0 && count <= maxFiles) return;
  const message =
    count === 0
      ? `There is no .yaml or .yml file in ${place}.`
      : `There are ${count} YAML files in ${place}; one import takes at most ${maxFiles}.`;
  throw invalid([{ path, message }], message);
}

/** INVALID for a file that is larger than a blueprint may be. */
export function refuseSize(path: string, name: string): DomainError {
  const message = `${name} is larger than 256 KiB.`;
  return invalid([{ path, message }], message);
}
