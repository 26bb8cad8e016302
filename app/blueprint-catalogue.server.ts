import type { BlueprintSummary } from '../server/application/blueprints.ts';
import type { Actor } from '../server/domain/actor.ts';
import type { PlanPreview } from '../server/domain/plan-preview.ts';
import type { Services } from '../server/services.ts';
import type { BlueprintEntry } from './components/blueprint-card.tsx';
import { asDomainError } from './errors.server.ts';

/** The team's catalogue with a small plan of each, drawn with the default parameters. */
export async function catalogueOf(
  blueprints: Services['blueprints'],
  actor: Actor,
): Promise<(BlueprintEntry & Pick<BlueprintSummary, 'parameters'>)[]> {
  const summaries = await blueprints.list(actor);
  return Promise.all(
    summaries.map(async ({ createdAt: _, ...summary }) => ({
      ...summary,
      plan: summary.fault === null ? pictured(await previewed(blueprints, actor, summary.key)) : null,
    })),
  );
}

/** A blueprint whose defaults no longer make a plan still stands in the catalogue; opening it says what is wrong. */
async function previewed(blueprints: Services['blueprints'], actor: Actor, key: string): Promise<PlanPreview | null> {
  try {
    return await blueprints.preview(actor, { key });
  } catch (error) {
    if (asDomainError(error)?.code === 'INVALID') return null;
    throw error;
  }
}

function pictured(preview: PlanPreview | null): BlueprintEntry['plan'] {
  if (preview === null) return null;
  const tasks = preview.tasks.map(({ key, title, estimate }) => ({ key, title, hours: estimate.expected }));
  const edges = preview.edges.map(({ from, to, type, required }) => ({ from, to, type, required }));
  return { tasks, edges };
}
