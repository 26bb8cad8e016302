import { data, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { actorOf } from '../../auth.server.ts';
import { judgeDraft, problemsOf } from '../../blueprint-draft.server.ts';
import { underOwnKey } from '../../blueprint-words.ts';
import { BlueprintEditor } from '../../components/blueprint-editor.tsx';
import { PageHeader } from '../../components/page.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/new.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Write a blueprint');

const example = `key: our_feature
name: Our feature
version: "1"
description: Design it, build it, prove it.
parameters:
  - { key: hours, type: number, default: 8 }
tasks:
  - key: design
    title: "Design {{ title }}"
    capabilities: [system_design]
    estimate: { likely: "{{ hours / 4 }}" }
  - key: build
    title: "Implement {{ title }}"
    capabilities: [code_generation]
    estimate: { likely: "{{ hours / 2 }}" }
    dependsOn: [{ key: design }]
    writes: ["src/**"]
  - key: test
    title: "Test {{ title }}"
    capabilities: [test_generation]
    estimate: { likely: "{{ hours / 4 }}" }
    dependsOn: [{ key: build }]
    writes: ["test/**"]
`;

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { blueprints } = context.get(servicesContext);
  const actor = actorOf(context);
  const from = url.searchParams.get('from');
  const refused = refusal(actor, 'blueprint.manage');
  if (from === null) {
    return { from: null, yaml: example, first: await judgeDraft(blueprints, actor, example), refusal: refused };
  }
  const origin = await blueprints.get(actor, from, url.searchParams.get('version') ?? undefined);
  const copied = origin.origin.kind === 'built_in';
  const yaml = copied ? underOwnKey(origin.yaml, origin.key) : origin.yaml;
  return {
    from: { name: origin.name, key: origin.key, version: origin.version, copied },
    yaml,
    first: await judgeDraft(blueprints, actor, yaml),
    refusal: refused,
  };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const { blueprints } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const yaml = String(form.get('yaml') ?? '');
  if (form.get('intent') === 'preview') {
    const { preview, problems } = await judgeDraft(blueprints, actor, yaml);
    return data({ yaml, preview, problems });
  }
  try {
    const blueprint = await blueprints.create(actor, { yaml });
    return redirect(`/blueprints/${encodeURIComponent(blueprint.key)}?saved`);
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || known.code === 'INTERNAL' || known.code === 'FORBIDDEN') throw error;
    const { preview } = await judgeDraft(blueprints, actor, yaml);
    return data({ yaml, preview, problems: problemsOf(known) }, { status: httpStatusOf(known.code) });
  }
});

export default function NewBlueprint({ loaderData, actionData }: Route.ComponentProps) {
  const { from, yaml, first, refusal: refused } = loaderData;
  const note =
    from === null
      ? 'A plan that sessions can start from. It is checked and drawn while you write.'
      : from.copied
        ? `Begun from ${from.name}. Built-in ones keep their key; this one has its own.`
        : `From version ${from.version}. Raise the version: what sessions were planned by stays as it was.`;
  return (
    <>
      <PageHeader
        title={from === null || from.copied ? 'Write a blueprint' : `Edit ${from.name}`}
        given={from !== null}
        note={note}
      />
      <BlueprintEditor
        key={from === null ? 'new' : `${from.key} ${from.version}`}
        initial={yaml}
        answer={actionData ?? { ...first, yaml }}
        refusal={refused}
        draft={from === null ? 'blueprint' : `blueprint-${from.key}-${from.version}`}
      />
    </>
  );
}
