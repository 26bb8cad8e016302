import { getFormProps, useForm } from '@conform-to/react';
import { data, Form, Link, redirect, useNavigation } from 'react-router';
import { codeInput } from '../../../server/domain/second-factor.ts';
import { requireLogin } from '../../auth.server.ts';
import { Gate } from '../../components/gate.tsx';
import { RecoveryCodes } from '../../components/recovery-codes.tsx';
import { Bar, Button } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { servicesContext, signedInContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import type { Route } from './+types/second-factor.ts';

export const middleware: Route.MiddlewareFunction[] = [requireLogin];

export const meta: Route.MetaFunction = () => [{ title: 'Set up the second factor · Control room' }];

export const loader = guarded(async ({ context }: Route.LoaderArgs) => {
  const { auth } = context.get(servicesContext);
  const { actor, mustEnrol, teamName } = context.get(signedInContext);
  const { on } = await auth.secondFactor(actor);
  return { on, mustEnrol, teamName, enrolment: await auth.enrolment(actor) };
});

export const action = guarded(async ({ request, context }: Route.ActionArgs) => {
  const { auth } = context.get(servicesContext);
  const { actor, loginId } = context.get(signedInContext);
  const form = await request.formData();
  if (form.get('intent') === 'begin') {
    await auth.beginSecondFactor(actor);
    return redirect('/second-factor');
  }
  const submission = parseForm(form, codeInput);
  if (submission.status !== 'success') return data({ reply: submission.reply(), codes: null }, { status: 422 });
  try {
    return data({ reply: null, codes: await auth.confirmSecondFactor(actor, loginId, submission.value) });
  } catch (error) {
    const answer = replyWith(submission, error);
    return data({ reply: answer.data, codes: null }, answer.init ?? {});
  }
});

/** Setting up the second factor: a picture for the app, its first code, and the recovery codes, once. */
export default function SecondFactor({ loaderData, actionData }: Route.ComponentProps) {
  const { on, mustEnrol, teamName, enrolment } = loaderData;
  const codes = actionData?.codes ?? null;
  const note = mustEnrol
    ? `The team ${teamName} lets nobody in without one.`
    : 'A code from an app on your phone, asked for after the password.';
  return (
    <Gate title="Second factor" note={codes === null ? note : 'It is on. Your other logins were ended.'}>
      {codes !== null ? (
        <>
          <RecoveryCodes codes={codes} />
          <p className="mt-6">
            <Link
              to="/"
              reloadDocument
              className="engraved inline-flex min-h-11 items-center border-2 border-inverse bg-inverse px-4 text-data text-on-inverse"
            >
              I have kept them, go on
            </Link>
          </p>
        </>
      ) : on ? (
        <p>
          It is on.{' '}
          <Link to="/account" className="inline-flex min-h-11 items-center underline">
            Back to your account
          </Link>
        </p>
      ) : enrolment === null ? (
        <Begin />
      ) : (
        <Confirm enrolment={enrolment} lastResult={actionData?.reply ?? null} />
      )}
      {!on && codes === null && (
        <div className="mt-6 flex flex-wrap items-center gap-4">
          {!mustEnrol && (
            <Link to="/account" className="inline-flex min-h-11 items-center underline">
              Not now
            </Link>
          )}
          <Form method="post" action="/logout">
            <Button type="submit">Log out</Button>
          </Form>
        </div>
      )}
    </Gate>
  );
}

function Begin() {
  const pending = useNavigation().state !== 'idle' ? 'Beginning' : null;
  return (
    <Form method="post" className="flex flex-col gap-5">
      <input type="hidden" name="intent" value="begin" />
      <p>You need an authenticator app that knows time-based codes; most password managers do too.</p>
      <Bar label="Begin" consequence="Shows a picture for the app; nothing changes yet" pending={pending} />
    </Form>
  );
}

type Shown = NonNullable<Route.ComponentProps['loaderData']['enrolment']>;
type Reply = NonNullable<Route.ComponentProps['actionData']>['reply'];

function Confirm({ enrolment: { secret, picture }, lastResult }: { enrolment: Shown; lastResult: Reply }) {
  const [form, fields] = useForm<{ code?: string }>({ id: 'confirm', lastResult, shouldValidate: 'onSubmit' });
  const pending = useNavigation().state !== 'idle' ? 'Checking' : null;
  return (
    <Form method="post" {...getFormProps(form)} className="flex flex-col gap-5">
      <ErrorSummary form={form} labels={{ code: 'Code' }} />
      <div className="flex flex-col gap-4 sm:flex-row sm:items-start">
        {/* Dark on light in every theme: not every app reads it the other way round. */}
        <svg
          role="img"
          aria-label="QR code of the secret, for your authenticator app"
          viewBox={`0 0 ${picture.size} ${picture.size}`}
          shapeRendering="crispEdges"
          className="size-52 shrink-0 bg-code-paper fill-code-ink forced-color-adjust-none"
        >
          <path d={picture.path} />
        </svg>
        <div>
          <p>Scan it with the app, or type this secret into it:</p>
          <output className="mt-2 block select-all break-all bg-inverse p-2 font-data text-data text-on-inverse">
            {secret.match(/.{1,4}/g)?.join(' ')}
          </output>
        </div>
      </div>
      <TextField
        field={fields.code}
        label="Code"
        hint="The six digits the app shows now."
        inputMode="numeric"
        autoComplete="one-time-code"
        className="font-data"
        required
      />
      <Bar
        label="Turn it on"
        consequence="Asked for at every sign-in from now on; your other logins end"
        pending={pending}
      />
    </Form>
  );
}
