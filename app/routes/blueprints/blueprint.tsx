import { data, Link, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { actorOf } from '../../auth.server.ts';
import { judgeParameters } from '../../blueprint-draft.server.ts';
import { originWords, shortChecksum } from '../../blueprint-words.ts';
import { BlueprintParameters } from '../../components/blueprint-parameters.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { PlanView } from '../../components/plan-view.tsx';
import { ActionLink, Notice } from '../../components/states.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { YamlText } from '../../components/yaml-text.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import { typedParameters } from '../../session-form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/blueprint.ts';

export const meta: Route.MetaFunction = ({ matches, loaderData }) =>
  roomTitle(matches, loaderData?.blueprint.name ?? 'Blueprint');

export const loader = guarded(async ({ params, url, context }: Route.LoaderArgs) => {
  const actor = actorOf(context);
  const { blueprints } = context.get(servicesContext);
  const blueprint = await blueprints.get(actor, params.key, url.searchParams.get('version') ?? undefined);
  const asked = Object.fromEntries(
    [...url.searchParams].filter(([name]) => name.startsWith('p.')).map(([name, value]) => [name.slice(2), value]),
  );
  const drawn =
    Object.keys(asked).length === 0
      ? null
      : await judgeParameters(blueprints, actor, {
          key: blueprint.key,
          version: blueprint.version,
          parameters: typedParameters(asked),
        });
  return {
    blueprint,
    asked,
    preview: drawn?.preview ?? blueprint.preview,
    // The plan that is shown is the one that was asked for, or the default one when that cannot be drawn.
    drawn: drawn?.preview != null,
    problems: drawn?.problems ?? [],
    refusal: refusal(actor, 'blueprint.manage'),
    mayStart: refusal(actor, 'session.create') === null,
    done: url.searchParams.has('saved') ? 'Saved in the catalogue.' : null,
  };
});

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const form = await request.formData();
  if (form.get('intent') !== 'remove' || form.get('confirmation') !== params.key) {
    return data({ error: `Not removed: "${params.key}" was not typed as it stands.` }, { status: 422 });
  }
  await context.get(servicesContext).blueprints.remove(actorOf(context), params.key);
  return redirect(`/blueprints?removed=${encodeURIComponent(params.key)}`);
});

const versionColumns = [
  { words: 'Version' },
  { words: 'From' },
  { words: 'Checksum', wide: true },
  { words: 'When', wide: true, end: true },
];

export default function BlueprintPage({ loaderData, actionData }: Route.ComponentProps) {
  const { blueprint, asked, preview, drawn, problems, refusal: refused, mayStart, done } = loaderData;
  const { key, version, origin } = blueprint;
  const builtIn = origin.kind === 'built_in';
  const query = `?version=${encodeURIComponent(version)}`;
  const edit = `/blueprints/-/new?from=${encodeURIComponent(key)}&version=${encodeURIComponent(version)}`;
  return (
    <>
      <PageHeader title={blueprint.name} given note={blueprint.description}>
        <div className="flex flex-wrap gap-2">
          {mayStart && <ActionLink to={`/sessions/new?blueprint=${encodeURIComponent(key)}`}>New session</ActionLink>}
          {refused === null && <ActionLink to={edit}>{builtIn ? 'Make it yours' : 'Edit'}</ActionLink>}
        </div>
      </PageHeader>
      {done !== null && <Notice>{done}</Notice>}
      {actionData?.error !== undefined && (
        <p role="alert" className="border-l-4 border-broken-rule px-4 py-3 text-broken">
          {actionData.error}
        </p>
      )}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,8fr)_minmax(0,4fr)] lg:content-stretch">
        <div className="flex min-w-0 flex-col gap-px bg-line-1">
          <Panel
            title="Plan"
            aside={drawn ? 'with the parameters you asked for' : 'with the parameters as they are unless said'}
          >
            {blueprint.fault === null ? (
              <PlanView preview={preview} />
            ) : (
              <p className="border-l-4 border-caution px-3 py-3 lg:px-4">{blueprint.fault}</p>
            )}
          </Panel>
          <Panel
            title="YAML"
            className="flex-1"
            aside={
              <a
                href={`/blueprints/${encodeURIComponent(key)}/yaml${query}`}
                download={`${key}.yaml`}
                className="inline-flex min-h-11 min-w-11 items-center underline"
              >
                Export
              </a>
            }
          >
            <YamlText text={blueprint.yaml} label={`YAML of ${blueprint.name}`} />
          </Panel>
        </div>
        <div className="flex min-w-0 flex-col gap-px bg-line-1">
          <Panel title="What it is">
            <dl className="divide-y divide-line-1">
              <Reading name="Key">{key}</Reading>
              <Reading name="Version">{version}</Reading>
              <Reading name="From">{originWords(origin)}</Reading>
              <Reading name="SHA-256 of the YAML">
                <span className="break-all select-all">{blueprint.checksum}</span>
              </Reading>
            </dl>
          </Panel>
          <Panel title="Parameters" aside={plural(blueprint.parameters.length, 'parameter')}>
            <BlueprintParameters
              key={JSON.stringify([version, asked])}
              parameters={blueprint.parameters}
              asked={asked}
              version={version}
              problems={problems}
            />
          </Panel>
          <Panel title="Versions" aside={plural(blueprint.history.length, 'version')}>
            <Table caption="Versions" columns={versionColumns}>
              {blueprint.history.map((one) => (
                <tr
                  key={`${one.version} ${one.checksum}`}
                  className="relative h-11 border-b border-line-1 font-data text-data hover:bg-surface-2"
                >
                  <Cell>
                    <Link
                      to={`?version=${encodeURIComponent(one.version)}`}
                      aria-current={one.version === version ? 'true' : undefined}
                      className="underline after:absolute after:inset-0 aria-[current]:font-bold aria-[current]:no-underline"
                    >
                      {one.version}
                    </Link>
                  </Cell>
                  <Cell className="break-all text-micro">{originWords(one.origin)}</Cell>
                  <Cell wide className="text-micro">
                    {shortChecksum(one.checksum)}
                  </Cell>
                  <Cell wide end className="text-micro">
                    {one.createdAt === null ? '–' : dateTime(one.createdAt)}
                  </Cell>
                </tr>
              ))}
            </Table>
          </Panel>
          <div className="flex-1 bg-surface-0 p-3 lg:p-4">
            <Confirm
              trigger="Remove from the catalogue"
              consequence="With every version; sessions it planned keep their plans"
              title={`Remove ${blueprint.name}?`}
              confirm="Remove it"
              fields={{ intent: 'remove' }}
              typed={key}
              refusal={builtIn ? 'A built-in blueprint stays.' : refused}
              className="w-full"
            >
              It goes with its {plural(blueprint.history.length, 'version')}, and no new session can name it. Sessions
              it planned keep their plans. Export it first if you may want it again.
            </Confirm>
          </div>
        </div>
      </div>
    </>
  );
}
