import { expandDefinition, type PlanTask } from '../domain/blueprint.ts';
import { matchRules } from '../domain/blueprint-rules.ts';
import { invalid } from '../domain/errors.ts';
import type { PlanSource } from '../domain/session.ts';
import { type Catalogue, findBlueprint } from './blueprints.ts';

/** What decides by whom a session is planned (domain.md 4). */
export interface Plannable {
  readonly teamId: string;
  readonly title: string;
  readonly prompt: string;
  readonly blueprint: string | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly parentId: string | null;
}

/** `tasks` is null when a planner will make them. */
export interface ChosenPlan {
  readonly source: PlanSource;
  readonly tasks: PlanTask[] | null;
}

/** The blueprint key that asks for the planner. */
const plannerKey = 'planner';

const plain: PlanSource = {
  kind: 'blueprint',
  blueprint: null,
  blueprintVersion: null,
  word: null,
  offered: [],
  rounds: 0,
  sentence: '',
};

/**
 * Who plans: the blueprint that was named; else the one whose rule matches title or prompt, the others offered; else, and
 * for children and whoever asks for it, a planner. Throws INVALID with the field for a blueprint or parameter that is not there.
 */
export async function choosePlan(deps: Catalogue, asked: Plannable): Promise<ChosenPlan> {
  const { blueprint, parameters } = asked;
  if (blueprint !== null && blueprint !== plannerKey) {
    const named = await planOf(deps, asked, blueprint, parameters);
    return { tasks: named.tasks, source: { ...plain, ...named.of, sentence: `The blueprint ${blueprint} was named.` } };
  }
  const [parameter] = Object.keys(parameters);
  if (parameter !== undefined)
    throw invalid([{ path: `parameters.${parameter}`, message: 'Parameters belong to a blueprint; name one' }]);
  if (blueprint === plannerKey) return byPlanner('A planner was asked for.');
  if (asked.parentId !== null)
    return byPlanner('No blueprint was named, and rules are not asked for a session under another one.');
  const { chosen, offered } = matchRules(asked.title, asked.prompt);
  if (chosen === null) return byPlanner('No blueprint was named and no rule matches title or prompt.');
  const matched = await planOf(deps, asked, chosen.key, {});
  const others = offered.map(({ key }) => key);
  const fitted = others.length === 0 ? '' : ` ${others.join(' and ')} would have fitted too.`;
  return {
    tasks: matched.tasks,
    source: {
      ...plain,
      ...matched.of,
      kind: 'rule',
      word: chosen.word,
      offered: others,
      sentence: `The word “${chosen.word}” picked the blueprint ${chosen.key}.${fitted}`,
    },
  };
}

/** The best blueprint when a planner gave no plan: what the rules match, else the whole goal as one task. */
export async function fallbackPlan(
  deps: Catalogue,
  asked: Plannable,
  failed: { rounds: number; reason: string },
): Promise<ChosenPlan & { tasks: PlanTask[] }> {
  const { chosen, offered } = matchRules(asked.title, asked.prompt);
  const key = chosen?.key ?? 'single_task';
  const { tasks, of } = await planOf(deps, asked, key, {});
  return {
    tasks,
    source: {
      ...plain,
      ...of,
      kind: 'fallback',
      word: chosen?.word ?? null,
      offered: offered.map((one) => one.key),
      rounds: failed.rounds,
      sentence: `The planner failed (${failed.reason}), so the blueprint ${key} is used.`,
    },
  };
}

/** The source of a plan that a planner made. */
export function plannedBy(agent: string, rounds: number, tasks: number): PlanSource {
  const after = rounds === 1 ? '' : ` after ${rounds} answers`;
  const count = tasks === 1 ? 'one task' : `${tasks} tasks`;
  return { ...plain, kind: 'planner', rounds, sentence: `${agent} planned ${count}${after}.` };
}

async function planOf(
  deps: Catalogue,
  asked: Plannable,
  key: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<{ tasks: PlanTask[]; of: Pick<PlanSource, 'blueprint' | 'blueprintVersion'> }> {
  const found = await findBlueprint(deps, asked.teamId, key);
  const of = { blueprint: key, blueprintVersion: found.version };
  return { tasks: expandDefinition(found, parameters, asked), of };
}

function byPlanner(sentence: string): ChosenPlan {
  return { tasks: null, source: { ...plain, kind: 'planner', sentence } };
}
