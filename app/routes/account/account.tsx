import { data, Form, redirect } from 'react-router';
import { refusal, scopes } from '../../../server/domain/actor.ts';
import { changePasswordInput } from '../../../server/domain/member.ts';
import { actorOf, logoutHeader } from '../../auth.server.ts';
import { CallSettings } from '../../components/call-settings.tsx';
import { LoginList } from '../../components/login-list.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { PasswordForm } from '../../components/password-form.tsx';
import { PreferencePicker } from '../../components/preference-picker.tsx';
import { SecondFactorPanel } from '../../components/second-factor-panel.tsx';
import { Notice } from '../../components/states.tsx';
import { TeamList } from '../../components/team-switch.tsx';
import { TokenForm } from '../../components/token-form.tsx';
import { TokenList } from '../../components/token-list.tsx';
import { Button, buttonShape } from '../../components/ui/button.tsx';
import { servicesContext, signedInContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { preferencesOf } from '../../preferences.server.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import { tokenAction } from '../../token-action.server.ts';
import type { Route } from './+types/account.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Account');

export const loader = guarded(async ({ request, url, context }: Route.LoaderArgs) => {
  const { auth, proofs, tokens } = context.get(servicesContext);
  const { actor, loginId, teams } = context.get(signedInContext);
  const refused = refusal(actor, 'read', { teamId: actor.teamId, resource: 'tokens' });
  return {
    me: actor,
    teams,
    loginId,
    logins: await auth.logins(actor),
    tokens: refused === null ? (await tokens.list(actor)).filter(({ userId }) => userId === actor.id) : [],
    now: new Date(),
    tokenRefusal: refusal(actor, 'token.own', { teamId: actor.teamId, createdBy: actor.id }),
    preferences: await preferencesOf(request),
    hasPassword: await proofs.byPassword(actor),
    secondFactor: await auth.secondFactor(actor),
    offRefusal: await auth.turnOffRefusal(actor),
    done: url.searchParams.get('done'),
  };
});

const nothing = { form: null, reply: null, made: null, codes: null, error: null } as const;

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, url, context } = args;
  const { auth } = context.get(servicesContext);
  const { loginId } = context.get(signedInContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const id = String(form.get('id') ?? '');
  switch (form.get('intent')) {
    case 'revoke_login':
      await auth.revokeLogin(actor, id);
      return id === loginId
        ? redirect('/login', { headers: { 'Set-Cookie': logoutHeader({ url, context }) } })
        : redirect('/account');
    case 'renew_codes':
      await requireProof(args, form, 'account.second_factor');
      return data({ ...nothing, codes: await auth.renewRecoveryCodes(actor) });
    case 'second_factor_off':
      await requireProof(args, form, 'account.second_factor');
      await auth.turnOffSecondFactor(actor);
      return redirect('/account?done=factor_off');
    case 'change_password': {
      const submission = parseForm(form, changePasswordInput);
      const hide = { hideFields: ['current', 'password'] };
      const failed = { ...nothing, form: 'password' as const };
      if (submission.status !== 'success') return data({ ...failed, reply: submission.reply(hide) }, { status: 422 });
      try {
        await auth.changePassword(actor, loginId, submission.value);
        return redirect('/account?done=password');
      } catch (error) {
        const answer = replyWith(submission, error, hide);
        return data({ ...failed, reply: answer.data }, answer.init ?? {});
      }
    }
    default:
      return tokenAction(args, form, '/account');
  }
});

const words: Record<string, string> = {
  password: 'The password is changed, and your other logins have ended.',
  factor_off: 'The second factor is off.',
};

export default function Account({ loaderData, actionData }: Route.ComponentProps) {
  const { me, teams, logins, tokens, preferences, loginId, tokenRefusal, hasPassword, secondFactor, offRefusal, done } =
    loaderData;
  const replyTo = (form: 'token' | 'password') => (actionData?.form === form ? actionData.reply : null);
  return (
    <>
      <PageHeader title="Account">
        <Form method="post" action="/logout" className="lg:hidden">
          <Button type="submit">Log out</Button>
        </Form>
      </PageHeader>
      {done !== null && words[done] !== undefined && actionData === undefined && <Notice>{words[done]}</Notice>}
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)] lg:content-stretch">
        <div className="flex flex-col gap-px bg-line-1">
          <Panel title="You">
            <dl className="divide-y divide-line-1">
              <Reading name="Name">{me.name}</Reading>
              <Reading name="E-mail">{me.email}</Reading>
            </dl>
          </Panel>
          <Panel title="Teams" aside={`${teams.length}`}>
            <TeamList teams={teams} current={me.teamId} />
          </Panel>
          <Panel title="Theme">
            <PreferencePicker name="theme" preferences={preferences} />
          </Panel>
          <Panel title="Density">
            <PreferencePicker name="density" preferences={preferences} />
          </Panel>
          <Panel title="Single keys">
            <PreferencePicker name="keys" preferences={preferences} />
          </Panel>
          <Panel title="Calls when someone is needed">
            <CallSettings />
          </Panel>
          <Panel title="Your data">
            <p className="p-3 text-data text-ink-2 lg:p-4">
              Everything kept of you, in every team you are in, as one JSON file: what you made, said and did, where you
              signed in from. Passwords and tokens are not in it. That you took it stands in the audit.
              <a href="/account/data" className={buttonShape({ className: 'mt-3 w-full' })}>
                Export your data
              </a>
            </p>
          </Panel>
          <Panel title="Password" className="flex-1">
            {hasPassword ? (
              <PasswordForm email={me.email} lastResult={replyTo('password')} />
            ) : (
              <p className="px-3 py-4 text-ink-2 lg:px-4">
                None: you sign in by your organisation’s identity provider.
              </p>
            )}
          </Panel>
        </div>
        <div className="flex flex-col gap-px bg-line-1">
          <Panel title="Logins" aside={`${logins.length}`}>
            <LoginList logins={logins} current={loginId} />
          </Panel>
          <Panel title="Second factor" aside={secondFactor.on ? 'on' : 'off'}>
            <SecondFactorPanel state={secondFactor} offRefusal={offRefusal} codes={actionData?.codes ?? null} />
          </Panel>
          <Panel title="API tokens" aside={`${tokens.length}`}>
            {actionData?.error != null && (
              <p role="alert" className="border-l-4 border-broken-rule px-4 py-3 text-broken">
                {actionData.error}
              </p>
            )}
            <TokenList
              tokens={tokens}
              me={me.id}
              now={loaderData.now}
              empty="No token. Make one below for a script or a CI job."
            />
          </Panel>
          <Panel title="Make a token" className="flex-1">
            <TokenForm
              scopes={scopes}
              lastResult={replyTo('token')}
              made={actionData?.made ?? null}
              refusal={tokenRefusal}
            />
          </Panel>
        </div>
      </div>
    </>
  );
}
