import { type Actor, personOf } from '../domain/actor.ts';
import type { Blueprint } from '../domain/blueprint.ts';
import { builtInBlueprints } from '../domain/built-in-blueprints.ts';
import { DomainError, errorCodeOf, type FieldIssue, invalid } from '../domain/errors.ts';
import type { BlueprintText, ReadYaml } from './blueprint-port.ts';
import { parseBlueprint } from './blueprint-text.ts';
import type { Deps } from './deps.ts';
import { teamOf } from './tokens.ts';

/**
 * Judges every text, then keeps all of them in the team's catalogue, or none. A text that is there already stays as it is.
 * INVALID names line and field (and the file, among several); CONFLICT a version that has another text.
 */
export async function keepBlueprints(
  deps: Pick<Deps, 'store' | 'secrets' | 'blueprintFiles'>,
  actor: Actor,
  texts: readonly BlueprintText[],
  action: string,
): Promise<Blueprint[]> {
  const { store, secrets, blueprintFiles } = deps;
  const teamId = teamOf(actor);
  const blueprints = texts.map((text) => inFile(text, texts.length > 1, () => judged(blueprintFiles.readYaml, text)));
  await store.transaction(async (tx) => {
    for (const [place, { yaml, origin }] of texts.entries()) {
      const blueprint = blueprints[place];
      if (blueprint === undefined) continue;
      const { key, name, version, description } = blueprint;
      const known = (await tx.blueprints.versions(teamId, key)).find((one) => one.version === version);
      if (known?.yaml === yaml) continue;
      if (known !== undefined) {
        const message = `${key} has a version ${version} with another text: raise the version.`;
        throw new DomainError('CONFLICT', message, { details: { key, version, checksum: known.checksum } });
      }
      const checksum = secrets.sha256(yaml);
      const kept = { teamId, key, version, name, description, yaml, checksum, origin, createdBy: personOf(actor) };
      await tx.blueprints.insert({ id: secrets.uuid(), ...kept });
      const after = { version, checksum, origin };
      await tx.audit.append({ teamId, actor, action, subject: { kind: 'blueprint', id: key }, after });
    }
  });
  return blueprints;
}

function judged(readYaml: ReadYaml, { name, yaml, expected }: BlueprintText): Blueprint {
  const blueprint = parseBlueprint(readYaml, yaml);
  const { key, version } = blueprint;
  if (builtInBlueprints.some((one) => one.key === key))
    throw invalid([{ path: 'key', message: `${key} is built in: choose another key.` }]);
  if (expected !== undefined && (expected.key !== key || expected.version !== version))
    throw invalid([{ path: 'url', message: `${name} is ${key} ${version} in its own text.` }]);
  return blueprint;
}

/** Among several files a fault says in which it is. */
function inFile<T>(text: BlueprintText, several: boolean, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const details = errorCodeOf(error) === 'INVALID' && error instanceof Error && 'details' in error && error.details;
    if (!several || !Array.isArray(details)) throw error;
    const issues = details as FieldIssue[];
    throw invalid(issues.map((issue) => ({ ...issue, file: text.name, message: `${text.name}: ${issue.message}` })));
  }
}
