import { refusal } from '../../../server/domain/actor.ts';
import { actorOf } from '../../auth.server.ts';
import { catalogueOf } from '../../blueprint-catalogue.server.ts';
import { BlueprintCard } from '../../components/blueprint-card.tsx';
import { PageHeader } from '../../components/page.tsx';
import { ActionLink, Empty, Notice } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Blueprints');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { blueprints } = context.get(servicesContext);
  const actor = actorOf(context);
  return {
    entries: await catalogueOf(blueprints, actor),
    refusal: refusal(actor, 'blueprint.manage'),
    done: doneOf(url.searchParams),
  };
});

function doneOf(search: URLSearchParams): string | null {
  const imported = search.getAll('imported');
  if (imported.length > 0) return `Taken into the catalogue: ${imported.join(', ')}.`;
  const removed = search.get('removed');
  return removed === null ? null : `${removed} is out of the catalogue. Sessions it planned keep their plans.`;
}

export default function Blueprints({ loaderData }: Route.ComponentProps) {
  const { entries, refusal: refused, done } = loaderData;
  return (
    <>
      <PageHeader
        title="Blueprints"
        note={`Plans to start from: ${plural(entries.length, 'blueprint')}. A session takes one by name, or by a word of its goal, or lets the planner write its own.`}
      >
        {refused === null ? (
          <div className="flex flex-wrap gap-2">
            <ActionLink to="/blueprints/-/new" creates>
              Write one
            </ActionLink>
            <ActionLink to="/blueprints/-/import">Import</ActionLink>
          </div>
        ) : (
          <p className="max-w-xs text-data text-ink-2">{refused}</p>
        )}
      </PageHeader>
      {done !== null && <Notice>{done}</Notice>}
      {entries.length === 0 ? (
        <Empty
          title="The catalogue is empty."
          {...(refused === null ? { action: { to: '/blueprints/-/new', words: 'Write a blueprint' } } : {})}
        >
          Sessions are planned by the planner until there is one.
        </Empty>
      ) : (
        <ul className="grid sm:grid-cols-2 xl:grid-cols-4">
          {entries.map((entry) => (
            <BlueprintCard key={entry.key} entry={entry} />
          ))}
        </ul>
      )}
    </>
  );
}
