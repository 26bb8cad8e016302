import type { Attempt } from '../../domain/attempt.ts';
import type { Session } from '../../domain/session.ts';
import type { Task } from '../../domain/task.ts';

/** How much of a failed verification's output the next attempt is shown. */
const shownOutput = 4_000;

/** The prompt of an attempt: the task, the session's goal, and what went wrong before. Kept with the attempt as sent. */
export function promptOf(session: Session, task: Task, earlier: readonly Attempt[]): string {
  const parts = [`# Task: ${task.title}`, task.description, `## Goal of the session: ${session.title}`, session.prompt];
  const failed = earlier.filter((attempt) => attempt.error !== null).at(-1);
  if (failed?.error) {
    parts.push(`## The attempt before this one failed\n${failed.error.message}`);
    const command = failed.evidence?.commands.find((one) => one.exitCode !== 0);
    // Indented, not fenced: output may hold fences of its own.
    if (command)
      parts.push(
        `\`${command.command}\` ended with ${command.exitCode ?? 'no exit code'}:\n${indent(command.output.slice(-shownOutput))}`,
      );
  }
  return parts.filter((part) => part !== '').join('\n\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}
