import { getFormProps, useForm } from '@conform-to/react';
import { data, Form, redirect, useNavigation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { updateRuntimeInput } from '../../../server/domain/runtime.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { Command } from '../../components/command.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { RuntimeCommands } from '../../components/runtime-commands.tsx';
import { RuntimeReadings } from '../../components/runtime-readings.tsx';
import { Scroller } from '../../components/scroller.tsx';
import { ActionLink, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { dateTime, plural } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { type RuntimeForm, runtimeKindWords, runtimeLabels, runtimeSign, runtimeValues } from '../../runtime-form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/runtime.ts';

export const meta: Route.MetaFunction = ({ matches, loaderData }) =>
  roomTitle(matches, loaderData?.runtime.name ?? 'Runtime');

export const loader = guarded(async ({ params, url, context }: Route.LoaderArgs) => {
  const actor = actorOf(context);
  return {
    runtime: await context.get(servicesContext).runtimes.get(actor, params.id),
    refusal: refusal(actor, 'runtime.manage'),
    adminRefusal: refusal(actor, 'team.manage'),
    done: doneWords[url.searchParams.get('done') ?? ''] ?? null,
  };
});

const doneWords: Record<string, string> = {
  enrolled: 'Enrolled. Put agents on it, and it gets work.',
  saved: 'Saved.',
  check: 'Looked at: what stands below is what it says now.',
  drain: 'It drains: it finishes what runs and gets nothing new.',
  undrain: 'The drain is over: it gets new attempts again.',
  recycle: 'Started anew. What ran on it goes on.',
};

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const { runtimes } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const intent = String(form.get('intent') ?? '');
  if (intent === 'save') {
    const submission = parseForm(form, updateRuntimeInput, runtimeValues);
    if (submission.status !== 'success') return data({ form: submission.reply() }, { status: 422 });
    try {
      await runtimes.update(actor, params.id, submission.value, Number(form.get('version')));
      return redirect(`/runtimes/${params.id}?done=saved`);
    } catch (error) {
      const { data: reply, init } = replyWith(submission, error);
      return data({ form: reply }, init ?? {});
    }
  }
  try {
    if (intent === 'gateway_token') return { made: await runtimes.gatewayToken(actor, params.id) };
    if (intent === 'remove') {
      const { name } = await runtimes.get(actor, params.id);
      if (form.get('confirmation') !== name)
        return data({ error: `Not removed: "${name}" was not typed as it stands.` }, { status: 422 });
      await runtimes.remove(actor, params.id);
      return redirect(`/runtimes?removed=${encodeURIComponent(name)}`);
    }
    if (intent === 'drain' || intent === 'undrain') await runtimes.setDraining(actor, params.id, intent === 'drain');
    else if (intent === 'check') await runtimes.check(actor, params.id);
    else if (intent === 'recycle') await runtimes.recycle(actor, params.id);
    else return data({ error: 'There is no such command.' }, { status: 422 });
    return redirect(`/runtimes/${params.id}?done=${intent}`);
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'CONFLICT' && known?.code !== 'INVALID_TRANSITION' && known?.code !== 'UNAVAILABLE')
      throw error;
    return data({ error: known.message }, { status: httpStatusOf(known.code) });
  }
});

export default function RuntimePage({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  // Memory and when it was last seen send no event.
  useRepeated(10);
  const { runtime, refusal: refused, adminRefusal, done } = loaderData;
  const external = runtime.kind === 'opencode_external';
  const error = actionData && 'error' in actionData ? actionData.error : null;
  const made = actionData && 'made' in actionData ? actionData.made : null;
  return (
    <>
      <PageHeader
        title={runtime.name}
        given
        note={
          <span className="mt-1 flex flex-wrap items-center gap-2">
            <StatusBadge sign={runtimeSign(runtime)} />
            <span>{runtime.detail || runtimeSign(runtime).meaning}</span>
          </span>
        }
      >
        <ActionLink to="/runtimes">All runtimes</ActionLink>
      </PageHeader>
      {done !== null && <Notice>{done}</Notice>}
      <RuntimeReadings runtime={runtime} />
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <div className="bg-surface-0">
          <Panel title="What it is">
            <dl className="divide-y divide-line-1">
              <Reading name="Kind">{runtimeKindWords[runtime.kind]}</Reading>
              {runtime.url !== null && <Reading name="Address">{runtime.url}</Reading>}
              {runtime.username !== null && <Reading name="Asked as">{runtime.username}</Reading>}
              {external && (
                <Reading name="Sees our files" tone={runtime.filesSeenAt === null ? 'text-broken' : ''}>
                  {runtime.filesSeenAt === null ? (
                    'no'
                  ) : (
                    <>
                      seen <Age since={runtime.filesSeenAt} /> ago
                    </>
                  )}
                </Reading>
              )}
              {external && (
                <Reading name="Models">{runtime.models.length === 0 ? 'none' : runtime.models.join(', ')}</Reading>
              )}
              {runtime.process !== null && (
                <Reading name="Process">
                  {runtime.process.pid === null
                    ? 'none'
                    : `${runtime.process.pid}, restarted ${plural(runtime.process.restarts, 'time')}`}
                </Reading>
              )}
              <Reading name="Here since">{dateTime(runtime.createdAt)}</Reading>
            </dl>
          </Panel>
          {external && <GatewayOffer has={runtime.hasGatewayToken} made={made} refused={refused} />}
        </div>
        <div className="bg-surface-0">
          <Panel title="Commands">
            <RuntimeCommands runtime={runtime} refusal={refused} adminRefusal={adminRefusal} error={error} />
          </Panel>
          {external && (
            <Panel title="Change it">
              <Change
                key={runtime.version}
                runtime={runtime}
                refused={refused}
                lastResult={actionData && 'form' in actionData ? actionData.form : null}
              />
            </Panel>
          )}
        </div>
      </div>
    </>
  );
}

interface GatewayOfferProps {
  has: boolean;
  made: { token: string; config: string } | null;
  refused: string | null;
}

/** Leads the server to our model gateway: budgets are kept by cutting off, and the rehearsal model works there. */
function GatewayOffer({ has, made, refused }: GatewayOfferProps) {
  return (
    <Panel title="Model gateway" aside={has ? 'has a token' : 'no token'}>
      <div className="flex flex-col gap-3 p-3 lg:p-4">
        <p className="max-w-prose text-data text-ink-2">
          With its own providers the server meters itself: what it used is known only after each answer, and a budget is
          kept late. Through our gateway each call is judged before it goes out, the keys stay here, and the rehearsal
          model works there too. Add this to the server&apos;s opencode.json and start it anew.
        </p>
        {made !== null && (
          <div role="status" className="border-4 border-live p-3">
            <p className="engraved text-data">Copy it now: the token in it is not shown again</p>
            <Scroller label="Configuration" className="mt-2 max-h-96">
              <pre className="select-all bg-inverse p-2 font-data text-micro text-on-inverse">{made.config}</pre>
            </Scroller>
          </div>
        )}
        <Command
          intent="gateway_token"
          label={has ? 'Make a new token' : 'Make a token'}
          consequence={has ? 'The one before ends at once' : 'Shown once, with the configuration that uses it'}
          pending="Making"
          refusal={refused}
        />
      </div>
    </Panel>
  );
}

interface ChangeProps {
  runtime: { name: string; capacity: number | null; version: number };
  refused: string | null;
  lastResult: Parameters<typeof useForm<RuntimeForm>>[0]['lastResult'];
}

function Change({ runtime, refused, lastResult }: ChangeProps) {
  const [form, fields] = useForm<RuntimeForm>({
    id: 'runtime',
    lastResult: lastResult ?? null,
    shouldValidate: 'onSubmit',
    defaultValue: { name: runtime.name, capacity: String(runtime.capacity ?? '') },
  });
  const { state, formData } = useNavigation();
  const pending = state === 'submitting' && formData?.get('intent') === 'save' ? 'Saving' : null;
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-4 p-3 lg:p-4">
      <ErrorSummary form={form} labels={runtimeLabels} />
      <input type="hidden" name="intent" value="save" />
      <input type="hidden" name="version" value={runtime.version} />
      <TextField field={fields.name} label={runtimeLabels.name} maxLength={60} spellCheck={false} required />
      <TextField
        field={fields.capacity}
        label={runtimeLabels.capacity}
        hint="Fewer than run now: they are finished, and none follows."
        type="number"
        min={1}
        max={64}
        required
      />
      <Bar label="Save" consequence="Counts from the next attempt" refusal={refused} pending={pending} />
    </Form>
  );
}
