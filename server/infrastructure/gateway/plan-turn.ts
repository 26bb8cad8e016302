import { around } from '../../domain/estimate.ts';
import { startsWithVerb } from '../../domain/task.ts';
import type { GatewayAttempt } from './model-call.ts';
import { planAnswer } from './rehearsal-script.ts';

/**
 * What the rehearsal model answers as a planner: its `plan` block, else a plan of one task, as the blueprint single_task
 * makes it. Each prompt of the run is one time of being asked, and each earlier attempt at least one.
 */
export function planTurn(prompts: readonly string[], { number, goal }: GatewayAttempt): string {
  const taskKey = goal?.taskKey ?? null;
  const scripted = planAnswer(prompts, { taskKey, attempt: number - 1 + Math.max(1, prompts.length) });
  if (scripted !== null) return scripted;
  const title = goal?.title ?? 'the goal';
  const task = {
    key: 'task',
    title: (startsWithVerb(title) ? title : `Implement: ${title}`).slice(0, 200),
    capabilities: ['code_generation'],
    estimate: around(12),
  };
  return JSON.stringify({ tasks: [task] }, null, 2);
}
