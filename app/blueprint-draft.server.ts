import type { Actor } from '../server/domain/actor.ts';
import { httpStatusOf } from '../server/domain/errors.ts';
import type { PlanPreview } from '../server/domain/plan-preview.ts';
import type { Services } from '../server/services.ts';
import { asDomainError } from './errors.server.ts';

/** What a text would be: its plan, or what is wrong with it, place by place. */
export interface DraftJudged {
  readonly preview: PlanPreview | null;
  readonly problems: readonly string[];
  readonly status: number;
}

/** Judges a blueprint's text without keeping it. */
export function judgeDraft(blueprints: Services['blueprints'], actor: Actor, yaml: string): Promise<DraftJudged> {
  return judge(blueprints, actor, { yaml });
}

/** A blueprint of the catalogue with other parameters than it has unless said. */
export function judgeParameters(
  blueprints: Services['blueprints'],
  actor: Actor,
  asked: { key: string; version: string; parameters: Record<string, unknown> },
): Promise<DraftJudged> {
  return judge(blueprints, actor, asked);
}

async function judge(blueprints: Services['blueprints'], actor: Actor, asked: object): Promise<DraftJudged> {
  try {
    return { preview: await blueprints.preview(actor, asked), problems: [], status: 200 };
  } catch (error) {
    const known = asDomainError(error);
    if (known === null || known.code === 'INTERNAL') throw error;
    return { preview: null, problems: problemsOf(known), status: httpStatusOf(known.code) };
  }
}

/** Each fault as a sentence; the field `yaml` itself needs no naming. */
export function problemsOf({ message, details }: { message: string; details: unknown }): string[] {
  if (!Array.isArray(details) || details.length === 0) return [message];
  return details.map((issue: { path?: unknown; message?: unknown }) => {
    const path = typeof issue.path === 'string' && issue.path !== 'yaml' ? issue.path : '';
    return path === '' ? String(issue.message) : `${path}: ${String(issue.message)}`;
  });
}
