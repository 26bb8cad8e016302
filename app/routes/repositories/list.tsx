import { getFormProps, useForm } from '@conform-to/react';
import { data, Form, Link, redirect, useNavigation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { createRepositoryInput } from '../../../server/domain/repository.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { plural } from '../../format.ts';
import { type RepositoryForm, repositoryLabels, repositoryValues } from '../../repository-form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Repositories');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { repositories } = context.get(servicesContext);
  const actor = actorOf(context);
  const cursor = url.searchParams.get('cursor') ?? undefined;
  return { ...(await repositories.list(actor, { cursor, limit: 50 })), refusal: refusal(actor, 'repository.manage') };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), createRepositoryInput, repositoryValues);
  if (submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    const repository = await context.get(servicesContext).repositories.create(actorOf(context), submission.value);
    return redirect(`/repositories/${repository.id}?registered${repository.warning === null ? '' : '=uncommitted'}`);
  } catch (error) {
    return replyWith(submission, error);
  }
});

const columns = [{ words: 'Repository' }, { words: 'Branch', wide: true }, { words: 'Proven by' }];

export default function Repositories({ loaderData, actionData }: Route.ComponentProps) {
  const { items, total, nextCursor, refusal: refused } = loaderData;
  const busy = useNavigation().formAction === '/repositories';
  return (
    <>
      <PageHeader
        title="Repositories"
        note="Where sessions work: each in a branch of its own, each task in a worktree of its own. Your branches are left alone."
      />
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <Panel title="Registered" aside={plural(total, 'repository', 'repositories')}>
          {items.length === 0 ? (
            <Empty title="No repository is registered.">
              <p>
                Register your own with the form on this page, or take the sample: a small TypeScript library with one
                failing test.
              </p>
              <Form method="post" className="mt-4">
                <input type="hidden" name="source" value="sample" />
                <Bar
                  label="Add the sample repository"
                  consequence="Copies it into the data directory"
                  refusal={refused}
                  pending={busy ? 'Adding' : null}
                />
              </Form>
            </Empty>
          ) : (
            <Table caption="Registered repositories" columns={columns}>
              {items.map((repository) => (
                <tr
                  data-row
                  key={repository.id}
                  className="relative border-b border-line-1 focus-within:bg-surface-2 hover:bg-surface-2"
                >
                  <Cell>
                    <Link to={`/repositories/${repository.id}`} className="font-semibold after:absolute after:inset-0">
                      {repository.name}
                    </Link>
                    <span className="block break-all font-data text-micro text-ink-2">{repository.source}</span>
                  </Cell>
                  <Cell wide className="font-data text-data">
                    {repository.baseBranch}
                  </Cell>
                  <Cell className="break-words font-data text-data">
                    {repository.verify.length === 0 ? (
                      <span className="text-caution">nothing: work stays claimed</span>
                    ) : (
                      repository.verify.join(' && ')
                    )}
                  </Cell>
                </tr>
              ))}
            </Table>
          )}
          {nextCursor !== null && (
            <Link
              to={`?cursor=${encodeURIComponent(nextCursor)}`}
              className="flex min-h-11 items-center px-4 underline"
            >
              Next 50
            </Link>
          )}
        </Panel>
        <Panel title="Register one">
          <Register refused={refused} lastResult={actionData ?? null} busy={busy} />
        </Panel>
      </div>
    </>
  );
}

interface RegisterProps {
  refused: string | null;
  lastResult: Parameters<typeof useForm<RepositoryForm>>[0]['lastResult'];
  busy: boolean;
}

function Register({ refused, lastResult, busy }: RegisterProps) {
  const [form, fields] = useForm<RepositoryForm>({
    id: 'repository',
    lastResult: lastResult ?? null,
    shouldValidate: 'onSubmit',
  });
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={repositoryLabels} />
      <TextField
        field={fields.source}
        label={repositoryLabels.source}
        hint="An absolute path on this machine, or an https or ssh git URL."
        spellCheck={false}
        required
      />
      <TextField field={fields.name} label={repositoryLabels.name} hint="Empty: its folder's name." />
      <TextField
        field={fields.baseBranch}
        label={repositoryLabels.baseBranch}
        hint="Empty: the one it stands on."
        spellCheck={false}
      />
      <TextAreaField
        field={fields.setup}
        label={repositoryLabels.setup}
        hint="Run once in each worktree, one command a line."
        rows={2}
        spellCheck={false}
      />
      <TextAreaField
        field={fields.verify}
        label={repositoryLabels.verify}
        hint="They prove each task, one command a line. Without them work is only claimed."
        rows={3}
        spellCheck={false}
      />
      <Bar
        label="Register"
        consequence="Checks that it can be read and has a commit"
        refusal={refused}
        pending={busy ? 'Checking' : null}
      />
    </Form>
  );
}
