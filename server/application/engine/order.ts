import type { Agent, PermissionPreset } from '../../domain/agent.ts';
import type { Attempt, AttemptRole } from '../../domain/attempt.ts';
import type { Task } from '../../domain/task.ts';
import type { RunOrder } from '../ports.ts';
import type { InjectedPrompt } from '../work-port.ts';

/**
 * The order for an attempt's run, the same to the letter each time it is made: the first prompt, or the last injected one
 * that was delivered to it.
 */
export function orderOf(attempt: Attempt, task: Task, agent: Agent, delivered: readonly InjectedPrompt[]): RunOrder {
  const latest = delivered.filter((prompt) => prompt.attemptId === attempt.id && prompt.deliveredAt !== null).at(-1);
  return {
    attemptId: attempt.id,
    sessionId: attempt.sessionId,
    taskId: attempt.taskId,
    teamId: attempt.teamId,
    epoch: attempt.epoch,
    runtimeId: attempt.runtimeId,
    number: attempt.number,
    directory: attempt.worktree ?? '',
    title: task.title,
    prompt: latest?.text ?? attempt.prompt,
    system: attempt.system,
    agent: { name: agent.name, permissionPreset: presetOf(attempt, agent) },
    model: attempt.model,
    remoteSessionId: attempt.remoteSessionId,
    remoteMessageId: latest?.remoteMessageId ?? attempt.remoteMessageId,
    remotePartId: latest?.remotePartId ?? attempt.remotePartId,
  };
}

// Whoever plans only reads, and whoever resolves a conflict may do what an integrator may, whatever the agent's own preset.
const presets: Partial<Record<AttemptRole, PermissionPreset>> = { plan: 'read_only', conflict: 'integration' };

function presetOf(attempt: Attempt, agent: Agent): PermissionPreset {
  return presets[attempt.role] ?? agent.permissionPreset;
}
