import { getFormProps, useForm } from '@conform-to/react';
import { useRef } from 'react';
import { data, Form, Link, redirect, useNavigation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { conflictIsOpen } from '../../../server/domain/conflict.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary } from '../../components/ui/field.tsx';
import { conflictSentence, resolveRefusal } from '../../conflict-words.ts';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { dateTime, plural } from '../../format.ts';
import { useDraft } from '../../hooks/use-draft.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { conflictSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/conflict.ts';
import { ConflictFile } from './conflict-file.tsx';
import { type ConflictFormValues, conflictForm, draftOf, resolutionOf } from './conflict-form.ts';

export const meta: Route.MetaFunction = ({ matches, loaderData }) =>
  roomTitle(matches, loaderData === undefined ? 'Conflict' : `Conflict in ${loaderData.conflict.sessionSlug}`);

export const loader = guarded(async ({ params, url, context }: Route.LoaderArgs) => {
  const { conflicts, sessions } = context.get(servicesContext);
  const actor = actorOf(context);
  const conflict = await conflicts.get(actor, params.id);
  const { createdBy, teamId } = await sessions.get(actor, conflict.sessionId);
  return {
    conflict,
    refusal: refusal(actor, 'session.command', { teamId, createdBy, resource: 'sessions' }),
    done: url.searchParams.get('done'),
  };
});

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const { conflicts } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const handing = form.get('intent') === 'hand_to_agent';
  const submission = parseForm(form, conflictForm);
  if (!handing && submission.status !== 'success') return data(submission.reply(), { status: 422 });
  try {
    if (submission.status === 'success' && !handing) {
      const { sides } = await conflicts.get(actor, params.id);
      await conflicts.resolve(actor, params.id, resolutionOf(submission.value, sides));
    } else {
      await conflicts.handToAgent(actor, params.id);
    }
  } catch (error) {
    return replyWith(submission, error);
  }
  return redirect(`/conflicts/${params.id}?done=${handing ? 'handed' : 'decided'}`);
});

const outcomes: Record<string, string> = {
  decided: 'Taken. It is put onto the branch and proven; the task goes on with it.',
  handed: 'Handed over: the next free agent that resolves conflicts tries again.',
};

/** Both sides of a conflict, and the decision. */
export default function ConflictPage({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const { conflict, done } = loaderData;
  const over = !conflictIsOpen(conflict.status);
  // What a person decided stands above the files; nothing is to be written while it is carried out.
  const decided = conflict.status === 'resolving' && conflict.resolution !== null;
  const gone = conflict.contentGone === null ? null : 'Both sides cannot be read; above stands what helps.';
  const refused = resolveRefusal(conflict) ?? loaderData.refusal ?? gone;
  const [form, fields] = useForm<ConflictFormValues>({
    // Another state begins another form: what was wrong with the last one is over.
    id: `conflict-${conflict.status}`,
    lastResult: actionData ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: { files: conflict.sides.map((side) => ({ path: side.path, content: draftOf(side) })) },
  });
  const element = useRef<HTMLFormElement>(null);
  useDraft(element, `conflict-${conflict.id}`, (path) => path === `/conflicts/${conflict.id}`);
  const sent = useNavigation().formData;
  const handing = sent?.get('intent') === 'hand_to_agent';
  const files = fields.files.getFieldList();
  const labels = Object.fromEntries(
    conflict.sides.flatMap((side, at) => [
      [`files[${at}].choice`, side.path],
      [`files[${at}].content`, side.path],
    ]),
  );
  return (
    <>
      <PageHeader
        title={conflict.taskTitle}
        given
        note={
          <>
            Conflict in{' '}
            <Link to={`/sessions/${conflict.sessionSlug}?task=${conflict.taskId}`} className="underline">
              {conflict.sessionSlug} {conflict.sessionTitle}
            </Link>
          </>
        }
      >
        <StatusBadge sign={conflictSigns[conflict.status]} size="large" />
      </PageHeader>
      {done !== null && outcomes[done] !== undefined && actionData === undefined && <Notice>{outcomes[done]}</Notice>}
      <p role="status" className="border-b border-line-1 px-3 py-3 text-lead lg:px-4">
        {conflictSentence(conflict)}
      </p>
      <dl className="grid grid-cols-2 border-b border-line-2 sm:grid-cols-4 [&>div]:border-r [&>div]:border-line-1">
        <Reading name="Task">
          {conflict.taskKey}, attempt {conflict.attemptNumber}
        </Reading>
        <Reading name="Found">{dateTime(conflict.createdAt)}</Reading>
        <Reading name="Branch / task">
          {conflict.oursCommit.slice(0, 10)} / {conflict.theirsCommit.slice(0, 10)}
        </Reading>
        <Reading name={conflict.resolvedAt === null ? 'Both began at' : 'Resolved'}>
          {conflict.resolvedAt === null ? conflict.baseCommit.slice(0, 10) : dateTime(conflict.resolvedAt)}
        </Reading>
      </dl>
      {conflict.contentGone !== null && (
        <p role="status" className="border-b border-l-4 border-b-line-1 border-l-broken-rule px-3 py-3 text-broken">
          {conflict.contentGone}
          {!over && ' Put the repository back where it is registered and load this page again, or stop the session.'}
        </p>
      )}
      {conflict.resolution !== null && <Decided resolution={conflict.resolution} />}
      <Form method="post" {...getFormProps(form)} ref={element}>
        <ErrorSummary form={form} labels={labels} />
        <Panel title="Files" aside={plural(conflict.files.length, 'file')}>
          {conflict.contentGone !== null && (
            <ul className="p-3 font-data text-data lg:px-4">
              {conflict.files.map((path) => (
                <li key={path} className="break-all">
                  {path}
                </li>
              ))}
            </ul>
          )}
          {conflict.sides.map((side, at) => {
            const file = files[at]?.getFieldset();
            if (file === undefined) return null;
            return (
              <ConflictFile
                key={side.path}
                side={side}
                fields={file}
                disabled={refused !== null}
                over={over || decided}
              />
            );
          })}
        </Panel>
        <div className={over ? 'hidden' : 'p-3 lg:p-4'}>
          <Bar
            label="Resolve"
            consequence="The files go onto the branch as decided, the proof runs, and the task lands. Your name stands in the record."
            refusal={refused}
            pending={sent !== undefined && !handing ? 'Sending' : null}
          />
        </div>
      </Form>
      <Form method="post" className={over ? 'hidden' : 'px-3 pb-4 lg:px-4'}>
        <input type="hidden" name="intent" value="hand_to_agent" />
        <Bar
          label="Let an agent try again"
          weight="plain"
          consequence="The next free agent that resolves conflicts gets both sides."
          refusal={
            conflict.status === 'waiting_for_person'
              ? (loaderData.refusal ?? gone)
              : (resolveRefusal(conflict) ?? 'An agent is to be sent already.')
          }
          pending={handing ? 'Sending' : null}
        />
      </Form>
      <details className="border-t border-line-1 px-3 lg:px-4">
        <summary className="flex min-h-11 items-center text-data text-ink-2 underline">What git said</summary>
        <pre className="mb-4 overflow-x-auto whitespace-pre-wrap border border-line-1 p-2 text-micro">
          {conflict.message}
        </pre>
      </details>
    </>
  );
}

const choiceWords = {
  ours: 'the branch’s side',
  theirs: 'the task’s side',
  edited: 'as a person wrote it',
  deleted: 'deleted',
} as const;

type Resolution = NonNullable<Route.ComponentProps['loaderData']['conflict']['resolution']>;

function Decided({ resolution }: { resolution: Resolution }) {
  return (
    <ul className="border-b border-line-2 px-3 py-2 font-data text-data lg:px-4">
      {resolution.map((file) => (
        <li key={file.path} className="break-all">
          {file.path}: {choiceWords[file.choice]}
        </li>
      ))}
    </ul>
  );
}
