import type { Attempt, CommandEvidence, EnvironmentDigest, Evidence } from '../../domain/attempt.ts';
import { writeSetOf } from '../../domain/path-leases.ts';
import { onlyReports } from '../../domain/proof.ts';
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
 * Proves an attempt's work by its task's commands, else the repository's (engine.md 3, verify), on the tree that is to land.
 * Without any command the work is only claimed; where a lead waived the proof no command is asked. The evidence is stored
 * with its event before anything is merged.
 */
export async function verifyAttempt(
  deps: Deps,
  attempt: Attempt,
  task: Task,
  repository: Repository,
  signal: AbortSignal,
): Promise<{ attempt: Attempt; passed: boolean; sentence: string }> {
  const { store, workspaces } = deps;
  const actor = engineActor(attempt.teamId);
  const directory = attempt.worktree ?? '';
  // Accepted work that collides on its way stays accepted when both sides have been brought together.
  const waived = attempt.role === 'waiver' || attempt.role === 'conflict' ? (task.waiver ?? undefined) : undefined;
  const own = task.verification.length > 0 ? task.verification : repository.verify;
  const commands = waived === undefined ? own : [];
  const changed = await workspaces.changedFiles(directory, attempt.baseCommit ?? 'HEAD');
  const treeHash = await workspaces.treeHash(directory);
  const environment = await environmentOf(deps, directory);
  const ran = await runCommands(deps, attempt, directory, commands, signal);
  signal.throwIfAborted();
  const broken = ran.find((one) => one.exitCode !== 0);
  // What fails stood there before a task that only reports: its result counts as claimed, the failing command stays on show.
  const forgiven = broken !== undefined && onlyReports(task.capabilities, changed.length);
  const evidence: Evidence = {
    commands: ran,
    files: changed.slice(0, keptFiles),
    filesTotal: changed.length,
    treeHash,
    claimed: commands.length === 0 || forgiven,
    verifiedAt: deps.clock().toISOString(),
    baseCommit: attempt.baseCommit,
    environment,
    writes: writeSetOf(task.writes, task.predictedWrites, changed),
    ...(waived ? { waived } : {}),
  };
  const updated = await store.transaction(async (tx) => {
    await tx.sessions.lock(attempt.sessionId);
    const row = await tx.attempts.update(attempt.id, { evidence }, { epoch: attempt.epoch, status: ['verifying'] });
    if (commands.length === 0) return row;
    const told = ran.map(({ command, exitCode, durationMs, timedOut }) => ({
      command,
      exitCode,
      durationMs,
      timedOut,
    }));
    const { id: attemptId, epoch, baseCommit } = attempt;
    const payload = { attemptId, taskId: task.id, epoch, commands: told, treeHash, baseCommit };
    const type = broken ? 'verification.failed' : 'verification.passed';
    await tx.events.append(attempt.sessionId, [{ type, actor, payload }], { epoch });
    return row;
  });
  const passed = broken === undefined || forgiven;
  return { attempt: updated, passed, sentence: broken ? sentenceOf(deps, broken) : '' };
}

/** Whether the stored evidence is a passed proof of what stands at this base: then nothing is asked again. */
export function provenAt(evidence: Evidence | null, baseCommit: string | null): boolean {
  return (
    evidence !== null &&
    evidence.baseCommit === baseCommit &&
    evidence.commands.every((command) => command.exitCode === 0)
  );
}

function sentenceOf(deps: Deps, broken: CommandEvidence): string {
  return broken.timedOut
    ? `${broken.command} took longer than ${deps.settings.verifyTimeoutSeconds} s`
    : `${broken.command} ended with ${broken.exitCode ?? 'a signal'}`;
}

async function environmentOf(deps: Deps, directory: string): Promise<EnvironmentDigest> {
  const { node, platform, variables } = deps.commandEnvironment;
  const lockfiles = await deps.workspaces.lockfiles(directory);
  const digest = deps.secrets.sha256(JSON.stringify([node, platform, lockfiles, variables]));
  return { node, platform, lockfiles, digest };
}
