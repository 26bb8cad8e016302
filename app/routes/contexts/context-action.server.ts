import type { SubmissionResult } from '@conform-to/react';
import type { ActionFunctionArgs } from 'react-router';
import { valueAt } from '../../../server/domain/context-data.ts';
import { httpStatusOf, invalid } from '../../../server/domain/errors.ts';
import { actorOf } from '../../auth.server.ts';
import { servicesContext } from '../../context.ts';
import { asDomainError, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { writeForm } from './context-form.ts';

/** What stands where somebody else wrote first. */
export interface Stale {
  /** The version the writer saw, and the one that stands. */
  readonly seen: number;
  readonly version: number;
  readonly present: boolean;
  readonly value: unknown;
  readonly by: string | null;
  readonly at: Date | null;
}

/** How a write was not taken: what was typed stays, and what stands instead is told. */
export interface WriteAnswer {
  readonly kind: 'write';
  readonly status: number;
  readonly result: SubmissionResult;
  /** The version the writer had seen. */
  readonly version: number;
  readonly stale: Stale | null;
}

export interface OrderAnswer {
  readonly kind: 'order';
  readonly status: number;
  readonly intent: string;
  readonly message: string;
}

type Context = ActionFunctionArgs['context'];
type Answer = { readonly to: string } | WriteAnswer | OrderAnswer;

/** Every order of a context's page. */
export async function contextAction(form: FormData, id: string, context: Context): Promise<Answer> {
  const intent = String(form.get('intent') ?? '');
  if (intent === 'write') return write(form, id, context);
  try {
    return { to: await order(intent, form, id, context) };
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || known.code === 'INTERNAL' || known.code === 'NOT_FOUND') throw error;
    return { kind: 'order', intent, status: httpStatusOf(known.code), message: known.message };
  }
}

async function write(form: FormData, id: string, context: Context): Promise<Answer> {
  const { contexts } = context.get(servicesContext);
  const submission = parseForm(form, writeForm);
  const version = Number(form.get('version'));
  if (submission.status !== 'success') {
    return { kind: 'write', status: 422, result: submission.reply(), version, stale: null };
  }
  const { path, json } = submission.value;
  try {
    await contexts.setKey(actorOf(context), id, path, { value: json }, { version });
    return { to: `/contexts/${id}?done=written` };
  } catch (error) {
    const reply = replyWith(submission, error);
    const stale = asDomainError(error)?.code === 'CONFLICT' ? await standing(id, path, version, context) : null;
    return { kind: 'write', status: reply.init?.status ?? 422, result: reply.data, version, stale };
  }
}

/** The value that stands at the path now, and who wrote it. */
async function standing(id: string, path: string, seen: number, context: Context): Promise<Stale> {
  const { contexts } = context.get(servicesContext);
  const actor = actorOf(context);
  const [now, changes] = await Promise.all([contexts.get(actor, id), contexts.history(actor, id, { limit: 100 })]);
  const last = changes.find((change) => change.version > seen && change.path === path) ?? changes[0];
  const { present, value } = valueAt(now.data, path);
  return {
    seen,
    version: now.version,
    present,
    value: value ?? null,
    by: last?.actor.name ?? null,
    at: last?.at ?? null,
  };
}

async function order(intent: string, form: FormData, id: string, context: Context): Promise<string> {
  const { contexts } = context.get(servicesContext);
  const actor = actorOf(context);
  const said = (name: string) => String(form.get(name) ?? '').trim();
  switch (intent) {
    case 'unset':
      await contexts.unsetKey(actor, id, said('path'), { version: Number(said('version')) });
      return `/contexts/${id}?done=unset`;
    case 'share': {
      const name = said('name');
      const copy = await contexts.share(actor, id, { sessionId: said('sessionId'), ...(name === '' ? {} : { name }) });
      return `/contexts/${copy.id}?done=shared`;
    }
    case 'promote':
      await contexts.promote(actor, id);
      return `/contexts/${id}?done=promoted`;
    case 'remove':
      await contexts.remove(actor, id);
      return '/contexts?removed';
    default:
      throw invalid([{ path: 'intent', message: 'There is no such order.' }]);
  }
}
