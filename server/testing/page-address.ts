import type { PageRoute } from './pages.ts';
import type { WholeTeam } from './two-teams.ts';

const area: Readonly<Record<string, string>> = {
  ':slug': 'sessions',
  ':taskId': 'tasks',
  ':name': 'agents',
  ':key': 'blueprints',
};

/** The address of a page with the things of that team; throws where the team has none. */
export function addressOf({ pattern }: PageRoute, team: WholeTeam): string {
  const words = pattern.split('/');
  return words
    .map((word, place) => {
      if (!word.startsWith(':')) return word;
      if (word === ':hash') return 'f'.repeat(64);
      if (word === ':token') return 'x'.repeat(43);
      const kind = area[word] ?? words[place - 1] ?? '';
      const id = team.ids[kind];
      if (id === undefined) throw new Error(`The walk has nothing of the kind ${kind} for ${pattern}`);
      return id;
    })
    .join('/');
}

const listed: Readonly<Record<string, string>> = {
  '/account': 'tokens',
  '/approvals/new': 'teams',
  '/contexts/merge': 'contexts',
};

/** What the forms of a page name by `id`: told by the last word of its address that says what it is about. */
export const kindOf = ({ pattern }: PageRoute, { ids }: WholeTeam): string =>
  listed[pattern] ?? pattern.split('/').findLast((word) => word in ids) ?? 'sessions';

/** What the forms of all pages may name, of that team. */
export const formOf = ({ ids, teamId, slug }: WholeTeam): Record<string, string> => ({
  askId: ids.asks ?? '',
  ids: ids.asks ?? '',
  s: ids.sessions ?? '',
  verb: 'stop',
  decision: 'once',
  deliveryId: ids.deliveries ?? '',
  commentId: ids.comments ?? '',
  commentIds: ids.comments ?? '',
  body: 'A comment.',
  agent: ids.agents ?? '',
  resource: `repository:${ids.repositories}`,
  reason: 'A reason that is long enough for all.',
  note: 'A note.',
  team: teamId,
  role: 'admin',
  confirmation: slug,
  text: 'Do it.',
  taskId: ids.tasks ?? '',
  sequence: '1',
});
