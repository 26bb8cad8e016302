import { data, Form, redirect, useNavigation } from 'react-router';
import type { MergeConflict } from '../../../server/application/contexts.ts';
import { refusal } from '../../../server/domain/actor.ts';
import { mergeStrategies } from '../../../server/domain/context.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/merge.ts';
import { lineOf, namesApart, strategyWords } from './context-words.ts';
import { MergeConflicts } from './merge-conflicts.tsx';
import { conflictsIn, mergeBody, pickName } from './merge-form.ts';
import { ownersOf } from './owners.server.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Merge contexts');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const services = context.get(servicesContext);
  const actor = actorOf(context);
  const ids = [...new Set(url.searchParams.getAll('id'))];
  const chosen = await Promise.all(ids.map((id) => services.contexts.get(actor, id)));
  const owners = await ownersOf(services, actor, chosen);
  return {
    lines: chosen.map((one) => lineOf(one, owners.get(one.id) ?? null)),
    refusal: refusal(actor, 'context.write'),
  };
});

interface Refused {
  message: string;
  conflicts: readonly MergeConflict[];
  /** What was chosen, so that nothing has to be chosen again. */
  chosen: Record<string, string>;
}

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const form = await request.formData();
  try {
    const { context: made } = await context.get(servicesContext).contexts.merge(actorOf(context), mergeBody(form));
    return redirect(`/contexts/${made.id}?done=merged`);
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || known.code === 'INTERNAL') throw error;
    const chosen = Object.fromEntries([...form].map(([name, value]) => [name, String(value)]));
    return data<Refused>(
      { message: known.message, conflicts: conflictsIn(known.details), chosen },
      { status: httpStatusOf(known.code) },
    );
  }
});

/** Two or more contexts become a new one; where they differ, a rule or a person decides. */
export default function MergeContexts({ loaderData, actionData }: Route.ComponentProps) {
  const { lines } = loaderData;
  const pending = useNavigation().formMethod === 'POST' ? 'Merging' : null;
  const chosen = actionData?.chosen ?? {};
  const conflicts = actionData?.conflicts ?? [];
  const names = namesApart(lines);
  return (
    <>
      <PageHeader title="Merge contexts" note="A new context is made; those it comes from stay as they are." />
      {lines.length < 2 ? (
        <Empty title="Choose two or more." action={{ to: '/contexts', words: 'To the contexts' }}>
          Mark the contexts in the list, then press “Merge the chosen”.
        </Empty>
      ) : (
        <Form method="post" className="flex max-w-4xl flex-col gap-4 p-3 lg:p-4">
          {actionData !== undefined && (
            <p role="alert" className="border-l-4 border-broken-rule pl-3 text-broken">
              {conflicts.length > 0
                ? `${plural(conflicts.length, 'value differs', 'values differ')}: decide below. Nothing is written yet.`
                : actionData.message}
            </p>
          )}
          <fieldset className="flex flex-col gap-2">
            <legend className="pb-1 font-semibold">The target: whose own values count as “own”</legend>
            {lines.map((line, index) => (
              <label
                key={line.id}
                className="flex min-h-11 cursor-pointer items-start gap-3 border border-line-3 px-3 py-2 has-checked:border-2 has-checked:border-inverse has-checked:bg-surface-2"
              >
                <input
                  type="radio"
                  name="targetId"
                  value={line.id}
                  defaultChecked={chosen.targetId === undefined ? index === 0 : chosen.targetId === line.id}
                  className="mt-0.5 size-5 shrink-0"
                />
                <span>
                  <b>{names.get(line.id)}</b>
                  <span className="block font-data text-data text-ink-2">
                    {line.owner ?? line.scope}, {plural(line.leaves, 'value')}, version {line.version}
                  </span>
                </span>
                <input type="hidden" name="id" value={line.id} />
              </label>
            ))}
          </fieldset>
          <label className="flex flex-col gap-1">
            <span className="font-semibold">Where they differ</span>
            <select name="strategy" defaultValue={chosen.strategy ?? 'last_write_wins'} className="control">
              {mergeStrategies.map((strategy) => (
                <option key={strategy} value={strategy}>
                  {strategy.replaceAll('_', ' ')}: {strategyWords[strategy]}
                </option>
              ))}
            </select>
          </label>
          <label className="flex flex-col gap-1">
            <span className="font-semibold">Name of the new one</span>
            <input name="name" maxLength={100} defaultValue={chosen.name} className="control" />
          </label>
          {conflicts.length > 0 && (
            <Panel title="Differences" aside={plural(conflicts.length, 'value')}>
              <MergeConflicts conflicts={conflicts} names={names} chosen={(path) => chosen[pickName(path)] ?? null} />
            </Panel>
          )}
          <Bar
            label="Merge"
            consequence={`${lines.length} contexts become a new one; its scope is the widest of theirs.`}
            refusal={loaderData.refusal}
            pending={pending}
          />
        </Form>
      )}
    </>
  );
}
