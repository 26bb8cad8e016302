import type { SubmissionResult } from '@conform-to/react';
import { data, redirect } from 'react-router';
import { httpStatusOf } from '../server/domain/errors.ts';
import { createTokenInput } from '../server/domain/token.ts';
import { actorOf } from './auth.server.ts';
import { servicesContext } from './context.ts';
import { asDomainError, replyWith } from './errors.server.ts';
import { parseForm } from './form.ts';
import { requireProof } from './proof.server.ts';

/** A secret that is shown once, or what became of the form. */
export interface TokenReply {
  /** Which of a page's forms it belongs to. */
  form: 'token';
  codes: null;
  reply: SubmissionResult | null;
  made: { token: string; name: string; scopes: readonly string[] } | null;
  error: string | null;
}

const token = { form: 'token', codes: null } as const;

/** What the pages of tokens do: make one, exchange its secret, end it. `back` is the page itself. */
export async function tokenAction(args: Parameters<typeof requireProof>[0], form: FormData, back: string) {
  const { tokens } = args.context.get(servicesContext);
  const actor = actorOf(args.context);
  const id = String(form.get('id') ?? '');
  const intent = form.get('intent');
  if (intent === 'revoke_token') {
    await tokens.revoke(actor, id);
    return redirect(back);
  }
  await requireProof(args, form, 'token.create');
  if (intent === 'rotate_token') {
    try {
      const overlapHours = Number(form.get('overlapHours') ?? Number.NaN);
      const made = shown(await tokens.rotate(actor, id, { overlapHours }));
      return data<TokenReply>({ ...token, reply: null, made, error: null });
    } catch (error) {
      const known = asDomainError(error);
      if (known === null || known.code === 'INTERNAL') throw error;
      return data<TokenReply>(
        { ...token, reply: null, made: null, error: known.message },
        { status: httpStatusOf(known.code) },
      );
    }
  }
  const submission = parseForm(form, createTokenInput, ({ role, ...values }) => ({
    ...values,
    scopes: [values.scopes ?? []].flat(),
    ...(role === undefined ? {} : { service: { role } }),
  }));
  if (submission.status !== 'success')
    return data<TokenReply>({ ...token, reply: submission.reply(), made: null, error: null }, { status: 422 });
  try {
    const created = await tokens.create(actor, submission.value);
    return data<TokenReply>({
      ...token,
      reply: submission.reply({ resetForm: true }),
      made: shown(created),
      error: null,
    });
  } catch (error) {
    const answer = replyWith(submission, error);
    return data<TokenReply>({ ...token, reply: answer.data, made: null, error: null }, answer.init ?? {});
  }
}

/** What the page shows of a new secret. */
function shown({ token: secret, name, scopes }: { token: string; name: string; scopes: readonly string[] }) {
  return { token: secret, name, scopes };
}
