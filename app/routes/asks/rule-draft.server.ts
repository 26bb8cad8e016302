import type { InboxItem } from '../../../server/application/asks/inbox.ts';
import type { RulePreview } from '../../../server/application/asks/rules.ts';
import type { Actor } from '../../../server/domain/actor.ts';
import { ruleScopes } from '../../../server/domain/ask.ts';
import { ruleDays, suggestedPatterns } from '../../../server/domain/ask-rule.ts';
import type { Services } from '../../../server/services.ts';
import { ruleFrom } from '../../ask-answer.ts';
import { asDomainError } from '../../errors.server.ts';

/** The rule an address asks to look at, with its preview on the team's history; null when it asks for none. */
export async function loadRule(
  asks: Services['asks'],
  actor: Actor,
  items: readonly { ask: InboxItem }[],
  params: URLSearchParams,
) {
  const ask = items.find((item) => item.ask.id === params.get('ask'))?.ask;
  if (ask === undefined || !params.has('rule') || ask.kind !== 'permission') return null;
  const suggestions = suggestedPatterns(ask);
  const draft = {
    pattern: params.get('pattern')?.trim() || suggestions[0] || '',
    scope: ruleScopes.find((known) => known === params.get('scope')) ?? ruleScopes[0],
    days: [1, 7, 30, 90].find((days) => String(days) === params.get('days')) ?? ruleDays.usual,
  };
  const form = new FormData();
  for (const [name, value] of Object.entries(draft)) form.set(name, String(value));
  let preview: RulePreview | null = null;
  let problem: string | null = null;
  try {
    preview = await asks.rules.preview(actor, ask.id, ruleFrom(form, new Date()).rule);
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'INVALID') throw error;
    problem = known.message;
  }
  return {
    askId: ask.id,
    draft,
    suggestions,
    preview,
    problem,
    names: {
      session: `this session (${ask.sessionSlug})`,
      repository: `every session on ${ask.repositoryName}`,
      team: 'every session of the team',
    },
  };
}
