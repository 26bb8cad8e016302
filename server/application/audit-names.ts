import type { Deps } from './deps.ts';
import type { AuditEntry } from './record-port.ts';

const longest = 80;
const cut = (text: string) => (text.length > longest ? `${text.slice(0, longest - 1)}…` : text);

/**
 * What the team's entries are by and about, by id, for people to read: the entries themselves hold ids only. Who was
 * erased has a former member's name; what is gone has none.
 */
export async function auditNames(
  { store }: Pick<Deps, 'store'>,
  teamId: string,
  entries: readonly AuditEntry[],
): Promise<Record<string, string>> {
  const readers: Readonly<Record<string, (id: string) => Promise<string | null | undefined>>> = {
    team: async (id) => (await store.teams.get(id))?.name,
    user: async (id) => (await store.users.get(id))?.name,
    session: async (id) => (await store.sessions.get(teamId, id, { deleted: true }))?.slug,
    task: async (id) => (await store.tasks.get(teamId, id))?.key,
    token: async (id) => (await store.tokens.get(teamId, id))?.name,
    agent: async (id) => (await store.agents.get(teamId, id))?.name,
    repository: async (id) => (await store.repositories.get(teamId, id, { removed: true }))?.name,
    webhook: async (id) => (await store.webhooks.get(teamId, id))?.name,
    dataset: async (id) => (await store.datasets.get(teamId, id))?.name,
    ask_rule: async (id) => (await store.askRules.get(teamId, id))?.pattern,
    async ask(id) {
      const ask = await store.asks.get(teamId, id);
      return ask && cut(ask.command ?? ask.question ?? ask.title);
    },
  };
  const named = new Map<string, string>();
  for (const { actor, subject } of entries) {
    if (actor.id !== null) named.set(actor.id, actor.kind);
    named.set(subject.id, subject.kind);
  }
  const found = await Promise.all(
    [...named].map(async ([id, kind]): Promise<[string, string][]> => {
      const name = await readers[kind]?.(id);
      return name ? [[id, name]] : [];
    }),
  );
  return Object.fromEntries(found.flat());
}
