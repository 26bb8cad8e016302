import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { addTask } from '../../db/testing/fixtures.ts';
import type { Store } from '../application/store-port.ts';
import type { UserActor } from '../domain/actor.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { Session } from '../domain/session.ts';
import type { Task } from '../domain/task.ts';
import type { Services } from '../services.ts';

export interface Standing {
  readonly services: Services;
  readonly store: Store;
  /** The team's admin, whose things these are. */
  readonly actor: UserActor;
  readonly session: Session;
  readonly task: Task;
  readonly attempt: Attempt;
  /** Where the repository lies. */
  readonly source: string;
  readonly webhookId: string;
  readonly mark: string;
}

const later = (hours: number) => new Date(Date.now() + hours * 3_600_000);

/** What hangs on a session: an ask, a conflict, a comment, a checkpoint, further tasks and the lines between them. */
export async function makeSessionThings(standing: Standing): Promise<Record<string, string>> {
  const { store, actor, session, task, attempt, mark, source } = standing;
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: source, encoding: 'utf8' }).trim();
  const at = { teamId: session.teamId, sessionId: session.id, taskId: task.id };
  const { ask } = await store.asks.open({
    ...at,
    id: randomUUID(),
    attemptId: attempt.id,
    remoteAskId: `per_${randomUUID()}`,
    remoteSessionId: attempt.remoteSessionId ?? '',
    kind: 'permission',
    title: `${mark} asks`,
    command: `deploy ${mark}`,
    paths: [],
    patterns: [`deploy ${mark}`],
    permission: 'bash',
    question: null,
    options: [],
    escalatesAt: later(1),
    expiresAt: later(2),
  });
  const conflict = await store.conflicts.insert({
    ...at,
    id: randomUUID(),
    attemptId: attempt.id,
    baseCommit: commit,
    oursCommit: commit,
    theirsCommit: commit,
    files: ['a.txt'],
    message: `${mark} collides`,
  });
  const comment = await store.comments.insert({
    ...at,
    id: randomUUID(),
    threadId: null,
    path: 'a.txt',
    range: null,
    base: commit,
    head: commit,
    excerpt: [],
    body: `${mark} comment`,
    createdBy: actor.id,
  });
  const checkpoint = await store.checkpoints.create(
    {
      id: randomUUID(),
      teamId: session.teamId,
      sessionId: session.id,
      reason: 'manual',
      commit: null,
      state: { tasks: [] },
    },
    actor,
  );
  const free = await addTask(store, session, { title: `Add ${mark} aside` });
  const lines = [];
  for (const place of ['first', 'second', 'third']) {
    const before = await addTask(store, session, { title: `Add ${mark} ${place}` });
    lines.push({
      id: randomUUID(),
      fromTaskId: before.id,
      toTaskId: task.id,
      type: 'finish_to_start' as const,
      required: true,
      lagSeconds: 0,
    });
  }
  await store.tasks.insertDependencies(session.id, lines);
  return {
    asks: ask.id,
    conflicts: conflict.id,
    comments: comment.id,
    checkpoints: String(checkpoint.sequence),
    dependencies: lines[0]?.id ?? '',
    'second dependency': lines[1]?.id ?? '',
    'third dependency': lines[2]?.id ?? '',
    'free task': free.id,
  };
}

/** What a team has beside its sessions: a rule, a request, an invitation, a delivery, an agent that runs elsewhere. */
export async function makeTeamThings(standing: Standing): Promise<Record<string, string>> {
  const { services, store, actor, session, webhookId, mark } = standing;
  const rule = await store.askRules.create({
    id: randomUUID(),
    teamId: actor.teamId,
    permission: 'bash',
    pattern: `deploy ${mark}`,
    scope: 'session',
    sessionId: session.id,
    repositoryId: null,
    createdBy: actor.id,
    expiresAt: later(24),
  });
  const approval = await services.approvals.request.budgetRaise(actor, {
    tokens: 900_000_000_000,
    reason: `${mark} needs more tokens than that`,
  });
  const { member: invited } = await services.members.create(actor, {
    email: `invited@${mark.toLowerCase()}.example`,
    name: `${mark} invited`,
    role: 'member',
  });
  const delivery = await services.webhooks.ping(actor, webhookId);
  await services.datasets.setConsent(actor, { given: true });
  const dataset = await services.datasets.create(actor, { name: `${mark} dataset`, licence: `${mark} only` });
  const { code } = await services.external.createCode(actor, {});
  const outside = await services.external.register({
    enrolmentCode: code,
    protocolVersion: '1.0',
    // The name is sent back where it is not known, so it does not carry the mark.
    name: `AGENT-OUTSIDE-${mark.length}`,
    version: '1.0.0',
    agentType: 'implementer',
    capabilities: ['code_generation'],
  });
  return {
    rules: rule.id,
    approvals: approval.id,
    invitations: invited.id,
    deliveries: delivery.id,
    datasets: dataset.id,
    external: outside.agentId,
    'outside name': `AGENT-OUTSIDE-${mark.length}`,
    'outside token': outside.token,
  };
}
