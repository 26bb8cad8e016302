import { type ActionFunctionArgs, data, redirect } from 'react-router';
import { httpStatusOf, invalid } from '../../../server/domain/errors.ts';
import type { WeightyAction } from '../../../server/domain/weighty.ts';
import { actorOf } from '../../auth.server.ts';
import { type CommandAnswer, intents } from '../../components/command-bar-rules.ts';
import { taskIntents } from '../../components/task-intents.ts';
import { requestContext, servicesContext } from '../../context.ts';
import { asDomainError, thrown } from '../../errors.server.ts';
import type { Problem } from '../../problem.ts';
import { requireProof } from '../../proof.server.ts';
import { giveTaskOrder } from './session-task-command.server.ts';

/**
 * Every order of a session page: one form, one service call. A refusal is a value that the page shows where it was
 * given; without scripts a success leads back, so that loading again does not order twice.
 */
export async function commandAction(args: ActionFunctionArgs) {
  const { request, params, context } = args;
  const slug = params.slug ?? '';
  const form = await request.formData();
  const said = (name: string) => {
    const value = form.get(name);
    return typeof value === 'string' && value.trim() !== '' ? value : undefined;
  };
  const weight = weights[said('intent') ?? ''];
  let answer: CommandAnswer;
  try {
    if (weight !== undefined) await requireProof(args, form, weight);
    answer = await give(said, slug, context);
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || known.code === 'INTERNAL') throw thrown(error, context);
    const problem: Problem = {
      code: known.code,
      message: known.message,
      requestId: context.get(requestContext).id,
      retryAfterSeconds: known.retryAfterSeconds ?? null,
    };
    return data<CommandAnswer>({ error: problem }, { status: httpStatusOf(known.code) });
  }
  if (answer.done === 'delete') throw redirect(`/sessions/${slug}/deleted`);
  // Scripts ask for data, a plain form for a document.
  if (!new URL(request.url).pathname.endsWith('.data')) {
    const task = answer.done?.startsWith('task_') ? `/tasks?task=${said('taskId') ?? ''}&` : '?';
    throw redirect(`/sessions/${slug}${task}done=${answer.done}`);
  }
  return data<CommandAnswer>(answer);
}

/** The orders that weigh. */
const weights: Readonly<Record<string, WeightyAction>> = {
  restore: 'checkpoint.restore',
  delete: 'session.delete',
  force_complete: 'approval.request',
  task_waive: 'evidence.waive',
};

type Said = (name: string) => string | undefined;

async function give(said: Said, slug: string, context: ActionFunctionArgs['context']): Promise<CommandAnswer> {
  const { sessions, checkpoints, asks, approvals } = context.get(servicesContext);
  const actor = actorOf(context);
  if (said('intent') === 'answer') {
    await asks.answer(actor, said('askId') ?? '', answerOf(said));
    return { done: 'answer' };
  }
  const order = taskIntents.find((one) => one === said('intent'));
  if (order !== undefined) {
    await giveTaskOrder(context.get(servicesContext), actor, order, said);
    return { done: order };
  }
  const intent = intents.find((one) => one === said('intent'));
  const options = { requestId: context.get(requestContext).id, reason: said('reason') };
  switch (intent) {
    case undefined:
      throw invalid([{ path: 'intent', message: 'There is no such command.' }]);
    case 'start':
      await sessions.start(actor, slug, options);
      break;
    case 'resume':
      await sessions.resume(actor, slug, options);
      break;
    case 'pause':
    case 'stop':
      return { done: intent, verified: (await sessions[intent](actor, slug, options)).verified };
    case 'cancel':
      await sessions.cancel(actor, slug, options);
      break;
    case 'retry':
      await sessions.retry(actor, slug, options);
      break;
    case 'accept_plan':
      await sessions.acceptPlan(actor, slug, options);
      break;
    case 'reject_plan':
      await sessions.rejectPlan(actor, slug, options);
      break;
    case 'prompt': {
      const taskId = said('taskId');
      await sessions.prompt(actor, slug, { text: said('text') ?? '', ...(taskId === undefined ? {} : { taskId }) });
      break;
    }
    case 'checkpoint':
      await checkpoints.create(actor, slug);
      break;
    case 'restore':
      confirm(said, slug);
      await checkpoints.restore(actor, slug, Number(said('sequence')));
      break;
    case 'force_complete':
      await approvals.request.forceComplete(actor, slug, { reason: said('reason') ?? '' }, options);
      break;
    case 'delete':
      confirm(said, slug);
      await sessions.remove(actor, slug);
      break;
  }
  return { done: intent };
}

function confirm(said: Said, slug: string): void {
  if (said('confirmation')?.trim() === slug) return;
  throw invalid([{ path: 'confirmation', message: `Type ${slug} to confirm.` }], `Not done: type ${slug} to confirm.`);
}

/** The answer of an ask's form in the shape of the API; the service judges it. */
function answerOf(said: Said): unknown {
  const decision = said('decision');
  if (decision === 'answer') {
    const words = said('text') ?? said('option');
    if (words === undefined)
      throw invalid([{ path: 'answers', message: 'Choose or write an answer.' }], 'Choose or write an answer.');
    return { answers: [words] };
  }
  const message = said('message');
  return decision === 'reject' && message !== undefined ? { decision, message } : { decision };
}
