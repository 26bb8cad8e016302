import { DomainError } from '../../domain/errors.ts';
import { leaseHeartbeats } from '../../domain/external-agent.ts';
import type { Deps } from '../deps.ts';
import type { ExternalRun } from '../external-port.ts';

/** What an agent outside is sent of a task, by claim or by push. */
export interface TaskMessage {
  attemptId: string;
  /** Every report carries it. */
  epoch: number;
  /** Of the offers of this attempt, from 1; a higher one asks for more on top of what was done. */
  turn: number;
  sessionId: string;
  taskId: string;
  title: string;
  prompt: string;
  context: { system: string; session: { slug: string; title: string }; attempt: { number: number; role: string } };
  requirements: {
    capabilities: readonly string[];
    technologies: readonly string[];
    complexity: string;
    writes: readonly string[];
    verification: readonly string[];
  };
  /** `clone`: fetch `commit` from `url`. `bundle`: get `url` with the token; `ref` in it is `commit`. */
  repository:
    | { kind: 'clone'; url: string; commit: string }
    | { kind: 'bundle'; url: string; ref: string; commit: string; bytes: number };
  /** What is left until the session's deadline. */
  timeoutSeconds: number;
  /** Without a report for so long the attempt is given to somebody else. */
  leaseSeconds: number;
}

/** Where an agent gets the bundle of an attempt, from the root of this server. */
const bundlePath = (attemptId: string) => `/api/v1/agents/external/attempts/${attemptId}/bundle`;

/** The message of an offer, as things stand now. */
export async function taskMessage(
  deps: Pick<Deps, 'store' | 'settings' | 'clock'>,
  run: ExternalRun,
): Promise<TaskMessage> {
  const { store, settings } = deps;
  const attempt = await store.attempts.get(run.attemptId);
  const task = attempt && (await store.tasks.get(attempt.teamId, attempt.taskId));
  const session = attempt && (await store.sessions.byId(attempt.sessionId));
  if (!attempt || !task || !session) throw new DomainError('NOT_FOUND', 'The attempt has lost its session or task.');
  const repository = await store.repositories.get(session.teamId, session.repositoryId, { removed: true });
  const { source, order } = run;
  const left =
    session.deadlineAt === null
      ? session.maxDurationSeconds
      : (session.deadlineAt.getTime() - deps.clock().getTime()) / 1000;
  return {
    attemptId: attempt.id,
    epoch: attempt.epoch,
    turn: run.turn,
    sessionId: session.id,
    taskId: task.id,
    title: order.title,
    prompt: order.prompt,
    context: {
      system: order.system,
      session: { slug: session.slug, title: session.title },
      attempt: { number: attempt.number, role: attempt.role },
    },
    requirements: {
      capabilities: task.capabilities,
      technologies: task.technologies.length > 0 ? task.technologies : session.technologies,
      complexity: task.complexity,
      writes: task.writes,
      verification: task.verification.length > 0 ? task.verification : (repository?.verify ?? []),
    },
    repository:
      source.kind === 'clone'
        ? source
        : { kind: 'bundle', url: bundlePath(attempt.id), ref: source.ref, commit: source.commit, bytes: source.bytes },
    timeoutSeconds: Math.max(1, Math.floor(left)),
    leaseSeconds: leaseHeartbeats * settings.heartbeatSeconds,
  };
}
