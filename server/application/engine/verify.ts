import type { Attempt, CommandEvidence } from '../../domain/attempt.ts';
import type { Task } from '../../domain/task.ts';
import type { Deps } from '../deps.ts';
import type { Repository } from '../team-port.ts';
import { engineActor } from './engine-actor.ts';

/** A folder of dependencies nobody ignored is thousands of files; the row is read often. */
const keptFiles = 500;

/** Runs commands one after the other until one fails. */
export async function runCommands(
  deps: Deps,
  attempt: Attempt,
  directory: string,
  commands: readonly string[],
  signal: AbortSignal,
): Promise<CommandEvidence[]> {
  const done: CommandEvidence[] = [];
  for (const command of commands) {
    const result = await deps.runCommand(command, {
      directory,
      timeoutSeconds: deps.settings.verifyTimeoutSeconds,
      signal,
      attemptId: attempt.id,
    });
    done.push(result);
    if (result.exitCode !== 0) break;
  }
  return done;
}

/**
 * Proves an attempt's work by its task's commands, else the repository's (engine.md 3, verify). Without any command the
 * work is only claimed, and shown so. The evidence is stored with its event before anything is merged.
 */
export async function verifyAttempt(
  deps: Deps,
  attempt: Attempt,
  task: Task,
  repository: Repository,
  signal: AbortSignal,
): Promise<{ attempt: Attempt; passed: boolean; claimed: boolean; sentence: string }> {
  const { store } = deps;
  const actor = engineActor(attempt.teamId);
  const directory = attempt.worktree ?? '';
  const commands = task.verification.length > 0 ? task.verification : repository.verify;
  const changed = await deps.workspaces.changedFiles(directory, attempt.baseCommit ?? 'HEAD');
  const treeHash = await deps.workspaces.treeHash(directory);
  const ran = await runCommands(deps, attempt, directory, commands, signal);
  signal.throwIfAborted();
  const broken = ran.find((one) => one.exitCode !== 0);
  const claimed = commands.length === 0;
  const evidence = {
    commands: ran,
    files: changed.slice(0, keptFiles),
    filesTotal: changed.length,
    treeHash,
    claimed,
    verifiedAt: deps.clock().toISOString(),
  };
  const updated = await store.transaction(async (tx) => {
    await tx.sessions.lock(attempt.sessionId);
    const row = await tx.attempts.update(attempt.id, { evidence }, { epoch: attempt.epoch, status: ['verifying'] });
    if (!claimed) {
      await tx.events.append(
        attempt.sessionId,
        [
          {
            type: broken ? 'verification.failed' : 'verification.passed',
            actor,
            payload: {
              attemptId: attempt.id,
              taskId: task.id,
              epoch: attempt.epoch,
              commands: ran.map(({ command, exitCode, durationMs, timedOut }) => ({
                command,
                exitCode,
                durationMs,
                timedOut,
              })),
              treeHash,
            },
          },
        ],
        { epoch: attempt.epoch },
      );
    }
    return row;
  });
  const sentence = broken
    ? broken.timedOut
      ? `${broken.command} took longer than ${deps.settings.verifyTimeoutSeconds} s`
      : `${broken.command} ended with ${broken.exitCode ?? 'a signal'}`
    : '';
  return { attempt: updated, passed: broken === undefined, claimed, sentence };
}
