import type { Usage } from './metrics.ts';
import type { SessionStatus } from './session.ts';

/** An open attempt: which place of which agent it takes. */
export interface OpenWork {
  readonly attemptId: string;
  readonly agentId: string;
  readonly status: string;
  readonly sessionSlug: string;
  readonly taskTitle: string;
  readonly startedAt: Date;
}

export interface Flow {
  /** Database time of the reading. */
  readonly at: Date;
  /** Tasks completed in each of the last 24 hours, the present one last. */
  readonly tasksByHour: readonly number[];
  /** Sessions that ended in the last 24 hours. */
  readonly ended: Readonly<Partial<Record<SessionStatus, number>>>;
  readonly queuedSince: Date | null;
  /** Of the model since midnight UTC, and in the last hour. */
  readonly today: Usage;
  readonly lastHour: Usage;
}
