import { getFormProps, useForm } from '@conform-to/react';
import { data, Form, Link, redirect, useNavigation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { enrolRuntimeInput } from '../../../server/domain/runtime.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { RuntimeReadings } from '../../components/runtime-readings.tsx';
import { Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { plural } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { type RuntimeForm, runtimeKindWords, runtimeLabels, runtimeSign, runtimeValues } from '../../runtime-form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/list.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Runtimes');

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const actor = actorOf(context);
  return {
    runtimes: await context.get(servicesContext).runtimes.list(actor),
    refusal: refusal(actor, 'runtime.manage'),
    removed: url.searchParams.get('removed'),
  };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const submission = parseForm(await request.formData(), enrolRuntimeInput, runtimeValues);
  // The password is not sent back to the page.
  const hideFields = ['password'];
  if (submission.status !== 'success') return data(submission.reply({ hideFields }), { status: 422 });
  try {
    const runtime = await context.get(servicesContext).runtimes.enrol(actorOf(context), submission.value);
    return redirect(`/runtimes/${runtime.id}?done=enrolled`);
  } catch (error) {
    return replyWith(submission, error, { hideFields });
  }
});

export default function Runtimes({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  // Memory and when it was last seen send no event.
  useRepeated(10);
  const { runtimes, refusal: refused, removed } = loaderData;
  return (
    <>
      <PageHeader
        title="Runtimes"
        note="Where agents run: the OpenCode this app keeps running, and servers elsewhere that are trusted with your code."
      />
      {removed !== null && <Notice>{removed} was removed. What ran on it stays in its sessions.</Notice>}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <Panel title="Enrolled" aside={plural(runtimes.length, 'runtime')}>
          <ul>
            {runtimes.map((runtime) => (
              <li data-row key={runtime.id} className="border-b-2 border-line-2">
                <div className="flex flex-wrap items-center justify-between gap-3 border-b border-line-1 px-3 py-3 lg:px-4">
                  <h3 className="min-w-0 break-words font-semibold">
                    <Link to={`/runtimes/${runtime.id}`} className="flex min-h-11 items-center underline">
                      {runtime.name}
                    </Link>
                    <span className="block break-all font-data text-micro font-normal text-ink-2">
                      {runtime.url ?? runtimeKindWords[runtime.kind]}
                    </span>
                  </h3>
                  <StatusBadge sign={runtimeSign(runtime)} />
                </div>
                <p className="border-b border-line-1 px-3 py-2 text-data text-ink-2 lg:px-4">
                  {runtime.detail || runtimeSign(runtime).meaning}
                </p>
                <RuntimeReadings runtime={runtime} />
              </li>
            ))}
          </ul>
        </Panel>
        <Panel title="Enrol a server">
          <Enrol refused={refused} lastResult={actionData ?? null} />
        </Panel>
      </div>
    </>
  );
}

interface EnrolProps {
  refused: string | null;
  lastResult: Parameters<typeof useForm<RuntimeForm>>[0]['lastResult'];
}

function Enrol({ refused, lastResult }: EnrolProps) {
  const [form, fields] = useForm<RuntimeForm>({
    id: 'runtime',
    lastResult: lastResult ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: { username: 'opencode', capacity: '4' },
  });
  const busy = useNavigation().formAction === '/runtimes';
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <p className="max-w-prose text-data text-ink-2">
        An <code className="font-data">opencode serve</code> of version 1.18 that reads this app&apos;s data directory
        under the same path. It runs what models choose, so give it only to what you would run yourself.
      </p>
      <ErrorSummary form={form} labels={runtimeLabels} />
      <TextField field={fields.name} label={runtimeLabels.name} maxLength={60} spellCheck={false} required />
      <TextField
        field={fields.url}
        label={runtimeLabels.url}
        hint="As in https://build-7.example.com:4096. A private address must be in OUTBOUND_ALLOW."
        spellCheck={false}
        required
      />
      <TextField
        field={fields.username}
        label={runtimeLabels.username}
        hint="OpenCode's own is opencode."
        spellCheck={false}
        autoComplete="off"
      />
      <TextField
        field={fields.password}
        label={runtimeLabels.password}
        hint="Its OPENCODE_SERVER_PASSWORD; kept encrypted, never shown."
        type="password"
        autoComplete="new-password"
        required
      />
      <TextField
        field={fields.capacity}
        label={runtimeLabels.capacity}
        hint="1 to 64; four to eight suit one server on two cores."
        type="number"
        min={1}
        max={64}
      />
      <Bar
        label="Enrol"
        consequence="Asks it for its version, its models and whether it sees our files"
        refusal={refused}
        pending={busy ? 'Asking' : null}
      />
    </Form>
  );
}
