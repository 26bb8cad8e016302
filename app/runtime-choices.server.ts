import type { Actor } from '../server/domain/actor.ts';
import type { Services } from '../server/services.ts';

/** The runtimes an agent can be put on, our own OpenCode first; one that runs by itself stays where it is. */
export async function runtimeChoices({ runtimes }: Pick<Services, 'runtimes'>, actor: Actor, present?: string) {
  const all = await runtimes.list(actor);
  const ours = (kind: string) => (kind === 'opencode_embedded' ? 0 : 1);
  const itself = all.find(({ id, kind }) => id === present && kind === 'external_agent');
  if (itself) return [{ id: itself.id, name: 'an agent of its own' }];
  return all
    .filter(({ kind }) => kind !== 'external_agent')
    .toSorted((a, b) => ours(a.kind) - ours(b.kind))
    .map(({ id, name, url }) => ({ id, name: url === null ? `${name}: our own OpenCode` : `${name}: ${url}` }));
}
