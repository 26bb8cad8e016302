/** A plan as a person sees it before anything runs. */
import type { PlanTask } from './blueprint.ts';
import type { Estimate } from './estimate.ts';
import type { PlanSource } from './session.ts';
import type { Complexity, DependencyType } from './task.ts';
import type { Envelope } from './task-graph/envelope.ts';

export interface PreviewTask extends Omit<PlanTask, 'estimate'> {
  readonly estimate: Estimate;
  readonly complexity: Complexity;
  readonly predictedWrites: readonly string[];
}

/** Two tasks that may run at the same time and announce the same paths: the second will wait for the first. */
export interface PlanCollision {
  /** Task keys (ids in a stored graph). */
  readonly first: string;
  readonly second: string;
  readonly globs: readonly (readonly [string, string])[];
}

/** What an envelope rests on. */
export interface EnvelopeBasis {
  /** Completed tasks the hours were learned from. */
  readonly samples: number;
  /** Tokens of an hour: measured from the team's history, or assumed. */
  readonly tokensPerHour: number;
  readonly tokensSource: 'history' | 'assumed';
  /** US dollars of a million tokens; null when no price is known. */
  readonly usdPerMillionTokens: number | null;
}

export interface PlanPreview {
  readonly tasks: readonly PreviewTask[];
  readonly edges: readonly {
    readonly from: string;
    readonly to: string;
    readonly type: DependencyType;
    readonly required: boolean;
    readonly lagSeconds: number;
  }[];
  /** By task key. */
  readonly waves: readonly (readonly string[])[];
  readonly criticalPath: readonly string[];
  readonly slackHours: Readonly<Record<string, number>>;
  readonly envelope: Envelope;
  readonly basis: EnvelopeBasis;
  readonly collisions: readonly PlanCollision[];
}

/** What a session would be planned by, and its plan when it is known before a planner ran. */
export interface SessionPlanPreview {
  readonly source: PlanSource;
  /** Null when a planner will make it. */
  readonly preview: PlanPreview | null;
}
