import { getFormProps, useForm } from '@conform-to/react';
import { data, Form, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { updateRepositoryInput } from '../../../server/domain/repository.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { ActionLink, Notice } from '../../components/states.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { ErrorSummary, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { dateTime } from '../../format.ts';
import { useSending } from '../../hooks/use-sending.ts';
import { changedValues, type RepositoryForm, repositoryLabels } from '../../repository-form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/repository.ts';

export const meta: Route.MetaFunction = ({ matches, loaderData }) =>
  roomTitle(matches, loaderData?.repository.name ?? 'Repository');

export const loader = guarded(async ({ params, url, context }: Route.LoaderArgs) => {
  const actor = actorOf(context);
  return {
    repository: await context.get(servicesContext).repositories.get(actor, params.id),
    refusal: refusal(actor, 'repository.manage'),
    mayStart: refusal(actor, 'session.create') === null,
    done: doneOf(url.searchParams),
  };
});

function doneOf(search: URLSearchParams): string | null {
  if (search.get('registered') === 'uncommitted')
    return 'Registered. It has uncommitted changes: sessions start from the last commit and do not see them.';
  return search.has('registered') ? 'Registered.' : search.has('saved') ? 'Saved.' : null;
}

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const { repositories } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  if (form.get('intent') === 'remove') {
    const { name } = await repositories.get(actor, params.id);
    if (form.get('confirmation') !== name) {
      return data(
        { status: 'error' as const, error: { '': [`Not removed: "${name}" was not typed as it stands.`] } },
        { status: 422 },
      );
    }
    await repositories.remove(actor, params.id);
    return redirect('/repositories');
  }
  const version = Number(form.get('version'));
  const submission = parseForm(form, updateRepositoryInput, changedValues);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    await repositories.update(actor, params.id, submission.value, version);
    return redirect(`/repositories/${params.id}?saved`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

export default function RepositoryPage({ loaderData, actionData }: Route.ComponentProps) {
  const { repository, refusal: refused, mayStart, done } = loaderData;
  const [form, fields] = useForm<RepositoryForm>({
    id: 'repository',
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: {
      name: repository.name,
      baseBranch: repository.baseBranch,
      setup: repository.setup.join('\n'),
      verify: repository.verify.join('\n'),
    },
  });
  const pending = useSending('Saving', null);

  return (
    <>
      <PageHeader title={repository.name} given>
        {mayStart && (
          <ActionLink to={`/sessions/new?repository=${repository.id}`} creates>
            New session here
          </ActionLink>
        )}
      </PageHeader>
      {done !== null && <Notice>{done}</Notice>}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <Panel title="How it is worked on">
          <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
            <ErrorSummary form={form} labels={repositoryLabels} />
            <input type="hidden" name="version" value={repository.version} />
            <TextField field={fields.name} label={repositoryLabels.name} required />
            <TextField field={fields.baseBranch} label={repositoryLabels.baseBranch} spellCheck={false} required />
            <TextAreaField
              field={fields.setup}
              label={repositoryLabels.setup}
              hint="Run once in each worktree, one command a line."
              rows={3}
              spellCheck={false}
            />
            <TextAreaField
              field={fields.verify}
              label={repositoryLabels.verify}
              hint="They prove each task, one command a line. Without them work is only claimed."
              rows={4}
              spellCheck={false}
            />
            <Bar
              label="Save"
              consequence="Counts from the next worktree and the next verification"
              refusal={refused}
              pending={pending}
            />
          </Form>
        </Panel>
        <Panel title="Where it is">
          <dl className="divide-y divide-line-1">
            <Reading name={repository.kind === 'path' ? 'Path' : 'URL'}>{repository.source}</Reading>
            <Reading name="Registered">{dateTime(repository.createdAt)}</Reading>
            <Reading name="Id">{repository.id}</Reading>
          </dl>
          <div className="border-t border-line-1 p-3 lg:p-4">
            <Confirm
              trigger="Remove this repository"
              consequence="No new session can choose it; files, branches and past sessions stay"
              title={`Remove ${repository.name}?`}
              confirm="Remove it"
              fields={{ intent: 'remove' }}
              typed={repository.name}
              refusal={refused}
              className="w-full"
            >
              It can then be chosen for no new session. Its files, branches and past sessions stay.
            </Confirm>
          </div>
        </Panel>
      </div>
    </>
  );
}
