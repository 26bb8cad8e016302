import { z } from 'zod';
import { maxPlanTasks, planSchema } from '../../domain/blueprint.ts';
import type { Session } from '../../domain/session.ts';
import { actionVerbs, type Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import { surroundingsOf } from './surroundings.ts';

/** So many paths of the repository a planner is shown. */
const shownFiles = 400;

/** The outline as prompts carry it is bounded too: long paths must not crowd out the goal. */
const outlineBytes = 24_000;

/** What the repository holds, as a planner is shown it. */
export interface Outline {
  readonly files: readonly string[];
  readonly total: number;
}

/** The files at the head of the session's branch; read outside any transaction, since git takes its time. */
export async function outlineOf(deps: Deps, session: Session): Promise<Outline> {
  const { repository } = await surroundingsOf(deps, session);
  const commit =
    session.branch === null ? (session.baseCommit ?? '') : await deps.workspaces.head(repository, session.branch);
  return deps.workspaces.outline(repository, commit, shownFiles);
}

/**
 * The prompt of a planner: the goal (of the session, or of the task it splits), the repository, what is known, and the form
 * of the answer with the rules it is checked by. Kept with the attempt as sent.
 */
export function plannerPrompt(
  session: Session,
  task: Task,
  others: readonly Task[],
  outline: Outline,
  known: string,
): string {
  const splits = task.kind !== 'plan';
  const parts = [
    splits ? `# Split this task into smaller ones: ${task.title}` : `# Plan this work: ${session.title}`,
    splits ? task.description : session.description,
    splits ? splitFacts(task, others) : '',
    `## ${splits ? 'Goal of the session' : 'Goal'}: ${session.title}\n\n${session.prompt}`,
    `## The repository\n\n${outlineText(outline)}`,
    known,
    `## Your answer\n\n${answerRules}`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function splitFacts(task: Task, others: readonly Task[]): string {
  const siblings = others.filter((one) => one.id !== task.id).map((one) => `- ${one.key}: ${one.title}`);
  return [
    `Its estimate of ${task.estimate.expected.toFixed(1)} hours is shared among the tasks you name.`,
    task.writes.length > 0 ? `It expects to change: ${task.writes.join(', ')}.` : '',
    siblings.length > 0 ? `Other tasks of the session, which are not yours to plan:\n${siblings.join('\n')}` : '',
  ]
    .filter((line) => line !== '')
    .join('\n\n');
}

function outlineText({ files, total }: Outline): string {
  if (total === 0) return 'It holds no files yet.';
  const lines: string[] = [];
  let size = 0;
  for (const file of files) {
    size += file.length + 3;
    if (size > outlineBytes) break;
    lines.push(`- ${file}`);
  }
  const more = total - lines.length;
  return [
    `${total === 1 ? 'One file' : `${total} files`}:`,
    ...lines,
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join('\n');
}

const answerRules = `You plan; you do not do the work and you change no file. Read what you need to read, then answer with one JSON object in one fenced block and nothing else:

    ${JSON.stringify(z.toJSONSchema(planSchema, { io: 'input', unrepresentable: 'any' }))}

- One to ${maxPlanTasks} tasks; as few as the work really needs, each a piece one agent finishes in one go.
- \`key\`: short and unique. \`title\`: starts with one of ${actionVerbs.join(', ')}. \`description\`: what has to be done and when it is done, so that an agent who sees nothing else can do it.
- \`capabilities\`: what the agent must be able to do, only from the schema's list.
- \`estimate\`: hours with optimistic ≤ likely ≤ pessimistic.
- \`dependsOn\`: the keys of tasks that must be finished first; no circles. What does not need to wait may run at the same time.
- \`writes\`: globs of the files the task expects to change, such as "src/login/**". Tasks that may run at the same time should not announce the same files: what collides has to wait.
- \`verification\`: commands that prove the task, when the repository's own tests do not; leave it out otherwise.
- \`optional\`: true only for what the goal does not need.`;
