import { type ActionFunctionArgs, data, redirect } from 'react-router';
import { type FieldIssue, httpStatusOf, invalid } from '../../../server/domain/errors.ts';
import { actorOf } from '../../auth.server.ts';
import { requestContext, servicesContext } from '../../context.ts';
import { asDomainError, thrown } from '../../errors.server.ts';
import { given, numeric } from '../../form.ts';
import { requireProof } from '../../proof.server.ts';
import { type ReviewAnswer, type ReviewIntent, reviewIntents } from '../../review-answer.ts';

/**
 * Every order on a session's changes: one form, one service call. A refusal is a value that is shown where it was given, with
 * what was typed; without scripts a success leads back.
 */
export async function reviewAction(args: ActionFunctionArgs) {
  const { request, params, context } = args;
  const slug = params.slug ?? '';
  const form = await request.formData();
  if (form.get('intent') === 'merge') await requireProof(args, form, 'session.merge');
  const kept = Object.fromEntries(
    [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  try {
    const answer = await give(form, slug, context);
    const { pathname, searchParams } = new URL(request.url);
    // Scripts ask for data, a plain form for a document.
    if (pathname.endsWith('.data')) return data<ReviewAnswer>(answer);
    searchParams.set('done', answer.done ?? '');
    throw redirect(`${pathname}?${searchParams}`);
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || known.code === 'INTERNAL') throw thrown(error, context);
    const problem = {
      code: known.code,
      message: known.message,
      requestId: context.get(requestContext).id,
      retryAfterSeconds: known.retryAfterSeconds ?? null,
      issues: issuesIn(known.details),
    };
    return data<ReviewAnswer>({ error: problem, kept }, { status: httpStatusOf(known.code) });
  }
}

async function give(form: FormData, slug: string, context: ActionFunctionArgs['context']): Promise<ReviewAnswer> {
  const { reviews } = context.get(servicesContext);
  const actor = actorOf(context);
  const { id: requestId } = context.get(requestContext);
  const { intent: said, head, commentId, ...fields } = given(Object.fromEntries(form));
  const intent = reviewIntents.find((one) => one === said);
  const id = typeof commentId === 'string' ? commentId : '';
  const done = (given: ReviewIntent): ReviewAnswer => ({ done: given });
  switch (intent) {
    case undefined:
      throw invalid([{ path: 'intent', message: 'There is no such order.' }]);
    case 'comment':
      await reviews.threads.comment(actor, slug, commentOf(fields));
      return done(intent);
    case 'reply':
      await reviews.threads.reply(actor, slug, id, { body: fields.body });
      return done(intent);
    case 'resolve':
    case 'reopen':
      await reviews.threads[intent](actor, slug, id);
      return done(intent);
    case 'send':
      await reviews.send(actor, slug, { ...noteOf(fields), commentIds: form.getAll('commentIds') });
      return done(intent);
    case 'accept':
      await reviews.decide(actor, slug, { decision: 'accepted', head, ...noteOf(fields) }, { requestId });
      return done(intent);
    case 'request_changes': {
      const asked = { decision: 'changes_requested', head, ...noteOf(fields), commentIds: form.getAll('commentIds') };
      const { followUpSlug } = await reviews.decide(actor, slug, asked, { requestId });
      return { done: intent, followUp: followUpSlug };
    }
    case 'merge': {
      const options = { mergeCommit: 'mergeCommit' in fields, deleteBranch: 'deleteBranch' in fields };
      await reviews.merge(actor, slug, { head, ...options }, { requestId });
      return done(intent);
    }
  }
}

/** The side counts only with a line: the form always has one chosen. */
function commentOf({ side, startLine, endLine, path, body, taskId }: Record<string, unknown>): unknown {
  const lines =
    startLine === undefined && endLine === undefined
      ? {}
      : { side, startLine: numeric(startLine), endLine: numeric(endLine) };
  return { path, body, ...lines, ...(taskId === undefined ? {} : { taskId }) };
}

const noteOf = ({ note }: Record<string, unknown>) => (note === undefined ? {} : { note });

function issuesIn(details: unknown): FieldIssue[] {
  if (!Array.isArray(details)) return [];
  return details.filter((one) => typeof one?.path === 'string' && typeof one?.message === 'string');
}
