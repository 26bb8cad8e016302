import type { Conflict } from '../../domain/conflict.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';

/** More files than this are counted, not listed. */
const listedFiles = 100;

/** The prompt of who brings both sides of a conflict together. Kept with the attempt as sent. */
export function conflictPrompt(
  session: Session,
  task: Task,
  conflict: Conflict,
  others: readonly Task[],
  failure: string | null,
  known: string,
): string {
  const files = conflict.files.slice(0, listedFiles).map((file) => `- ${file}`);
  if (conflict.files.length > listedFiles) files.push(`- and ${conflict.files.length - listedFiles} more`);
  const landed = others.map(({ title, result }) => `- ${title}${result ? `: ${firstLine(result)}` : ''}`);
  const parts = [
    `# Merge both sides of a conflict: ${task.title}`,
    `The work of this task was done on an older state of the session's branch. Meanwhile other work landed there, and both changed the same places. Your worktree stands on the branch as it is now, with the task's changes brought in on top. Where both sides changed the same lines, the files hold conflict markers: between \`<<<<<<< session branch\` and \`=======\` stands what is on the branch, between \`=======\` and \`>>>>>>> task\` what the task wrote.`,
    `## Files in conflict\n${files.join('\n')}`,
    `## What git says\n${indent(conflict.message.slice(0, 4_000))}`,
    `## The task whose work has to fit in\n${task.title}\n\n${task.description}`,
    landed.length === 0 ? '' : `## Tasks whose work is on the branch\n${landed.join('\n')}`,
    '## What is asked of you\nKeep the intention of both sides: nobody’s work may be lost. Edit the files until every conflict marker is gone; of a file that one side deleted and the other changed, decide by what both tasks wanted. Change nothing else. Do not commit: that is done for you, and the result is verified before it lands.',
    failure === null ? '' : `## The attempt before this one failed\n${failure}`,
    known,
    `## Goal of the session: ${session.title}`,
    session.prompt,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200);
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
