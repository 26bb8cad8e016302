import { z } from 'zod';
import type { Actor } from '../server/domain/actor.ts';
import type { Services } from '../server/services.ts';
import { problemsOf } from './blueprint-draft.server.ts';
import type { PlanAheadState } from './components/plan-ahead.tsx';
import { asDomainError } from './errors.server.ts';
import { parseForm } from './form.ts';
import { planValues } from './session-form.ts';

const anything = z.record(z.string(), z.unknown());

/** The plan of what stands in a session's form; a form that is still being written is no failed request. */
export async function planAhead(plans: Services['plans'], actor: Actor, form: FormData): Promise<PlanAheadState> {
  const submission = parseForm(form, anything, planValues);
  if (submission.status !== 'success') return { plan: null, problems: ['The form cannot be read.'] };
  try {
    return { plan: await plans.preview(actor, submission.value), problems: [] };
  } catch (error) {
    const known = asDomainError(error);
    // The page is there for whoever may only look at it: its preview says why it is empty, and the button why it is off.
    if (known?.code === 'FORBIDDEN') return { plan: null, problems: [known.message] };
    if (known === null || (known.code !== 'INVALID' && known.code !== 'NOT_FOUND')) throw error;
    return { plan: null, problems: problemsOf(known) };
  }
}
