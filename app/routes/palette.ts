import { can } from '../../server/domain/actor.ts';
import { actorOf } from '../auth.server.ts';
import { servicesContext } from '../context.ts';
import { guarded } from '../errors.server.ts';
import type { PaletteHit } from '../palette-entries.ts';
import { sessionSigns } from '../status.ts';
import type { Route } from './+types/palette.ts';

const most = 6;

/** What the palette finds by words: sessions in title, goal and slug; agents, repositories and blueprints by name. */
export const loader = guarded(
  async ({ url, context }: Route.LoaderArgs): Promise<{ q: string; hits: PaletteHit[] }> => {
    const { sessions, agents, repositories, blueprints } = context.get(servicesContext);
    const actor = actorOf(context);
    const q = (url.searchParams.get('q') ?? '').trim().slice(0, 200);
    if (q === '') return { q, hits: [] };
    const named = (name: string) => name.toLowerCase().includes(q.toLowerCase());
    const mayRead = (resource: 'agents' | 'repositories' | 'blueprints') =>
      can(actor, 'read', { teamId: actor.teamId, resource });
    const [found, fleet, sources, catalogue] = await Promise.all([
      sessions.list(actor, { q, sort: 'newest' }, { limit: most }),
      mayRead('agents') ? agents.list(actor) : [],
      mayRead('repositories') ? repositories.choices(actor) : [],
      mayRead('blueprints') ? blueprints.list(actor) : [],
    ]);
    const hits: PaletteHit[] = [
      ...found.items.map(({ slug, title, status }) => ({
        kind: 'Session' as const,
        words: `${slug} ${title}`,
        detail: sessionSigns[status].word,
        to: `/sessions/${slug}`,
      })),
      ...fleet
        .filter(({ name }) => named(name))
        .slice(0, most)
        .map(({ name, type }) => ({ kind: 'Agent' as const, words: name, detail: type, to: `/agents/${name}` })),
      ...sources
        .filter(({ name }) => named(name))
        .slice(0, most)
        .map(({ id, name }) => ({ kind: 'Repository' as const, words: name, detail: '', to: `/repositories/${id}` })),
      ...catalogue
        .filter(({ key, name }) => named(name) || named(key))
        .slice(0, most)
        .map(({ key, name }) => ({ kind: 'Blueprint' as const, words: name, detail: key, to: `/blueprints/${key}` })),
    ];
    return { q, hits };
  },
);
