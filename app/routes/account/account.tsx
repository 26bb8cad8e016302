import { data, Form, redirect } from 'react-router';
import { refusal, scopes } from '../../../server/domain/actor.ts';
import { createTokenInput } from '../../../server/domain/login.ts';
import { actorOf, logoutHeader } from '../../auth.server.ts';
import { LoginList } from '../../components/login-list.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { PreferencePicker } from '../../components/preference-picker.tsx';
import { TokenForm } from '../../components/token-form.tsx';
import { TokenList } from '../../components/token-list.tsx';
import { Button } from '../../components/ui/button.tsx';
import { servicesContext, signedInContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { preferencesOf } from '../../preferences.server.ts';
import { requireProof } from '../../proof.server.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/account.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Account');

export const loader = guarded(async ({ request, context }: Route.LoaderArgs) => {
  const { auth, tokens } = context.get(servicesContext);
  const { actor, loginId, teamName } = context.get(signedInContext);
  const refused = refusal(actor, 'read', { teamId: actor.teamId, resource: 'tokens' });
  return {
    me: actor,
    teamName,
    loginId,
    logins: await auth.logins(actor),
    tokens: refused === null ? await tokens.list(actor) : [],
    tokenRefusal: refusal(actor, 'token.own', { teamId: actor.teamId, createdBy: actor.id }),
    preferences: await preferencesOf(request),
  };
});

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, url, context } = args;
  const { auth, tokens } = context.get(servicesContext);
  const { loginId } = context.get(signedInContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const id = String(form.get('id') ?? '');
  switch (form.get('intent')) {
    case 'revoke_login':
      await auth.revokeLogin(actor, id);
      return id === loginId
        ? redirect('/login', { headers: { 'Set-Cookie': logoutHeader(url) } })
        : redirect('/account');
    case 'revoke_token':
      await tokens.revoke(actor, id);
      return redirect('/account');
    default: {
      await requireProof(args, form, 'token.create');
      const submission = parseForm(form, createTokenInput, (values) => ({
        ...values,
        scopes: [values.scopes ?? []].flat(),
      }));
      if (submission.status !== 'success') return data({ reply: submission.reply(), made: null }, { status: 422 });
      try {
        const { token, name, scopes: given } = await tokens.create(actor, submission.value);
        return data({ reply: submission.reply({ resetForm: true }), made: { token, name, scopes: given } });
      } catch (error) {
        const answer = replyWith(submission, error);
        return data({ reply: answer.data, made: null }, answer.init ?? {});
      }
    }
  }
});

export default function Account({ loaderData, actionData }: Route.ComponentProps) {
  const { me, teamName, logins, tokens, preferences, loginId, tokenRefusal } = loaderData;
  return (
    <>
      <PageHeader title="Account">
        <Form method="post" action="/logout" className="lg:hidden">
          <Button type="submit">Log out</Button>
        </Form>
      </PageHeader>
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)] lg:content-stretch">
        <div className="flex flex-col gap-px bg-line-1">
          <Panel title="You">
            <dl className="divide-y divide-line-1">
              <Reading name="Name">{me.name}</Reading>
              <Reading name="E-mail">{me.email}</Reading>
              <Reading name="Team">{teamName}</Reading>
              <Reading name="Role">{me.role}</Reading>
            </dl>
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
          <Panel title="Logins" className="flex-1">
            <LoginList logins={logins} current={loginId} />
          </Panel>
        </div>
        <div className="flex flex-col gap-px bg-line-1">
          <Panel title="API tokens" aside={`${tokens.length}`}>
            <TokenList tokens={tokens} me={me.id} />
          </Panel>
          <Panel title="Make a token" className="flex-1">
            <TokenForm
              scopes={scopes}
              lastResult={actionData?.reply ?? null}
              made={actionData?.made ?? null}
              refusal={tokenRefusal}
            />
          </Panel>
        </div>
      </div>
    </>
  );
}
