import type { AttemptStatus, FailureClass } from '../../domain/attempt.ts';
import type { Usage } from '../../domain/metrics.ts';

/** The attempt a remote session belongs to, as its row says at this moment; no number inside a token is believed. */
export interface GatewayAttempt {
  attemptId: string;
  sessionId: string;
  teamId: string;
  taskKey: string;
  /** Place of the task in topological order, from 1: rehearsal blocks may name a task by it. */
  taskOrder?: number;
  /** Set when the run is no task: a resolver of conflicts, or the planner. */
  role?: 'conflict' | 'plan';
  /** Of a planner: what it plans, and the task it splits when it is not a whole session's. */
  goal?: { title: string; taskKey: string | null };
  number: number;
  epoch: number;
  status: AttemptStatus;
  /** Where it runs. */
  runtimeId?: string;
  /** The agent's; null leaves the runtime's own. */
  temperature?: number | null;
}

/** One call of a model, as it is kept. */
export interface CallRecord extends Usage {
  attemptId: string;
  sessionId: string;
  teamId: string;
  provider: string;
  model: string;
  latencyMs: number;
  /** HTTP status the caller saw; 499 when the caller left or was cut off. */
  status: number;
  errorClass: FailureClass | null;
}

/** What the gateway asks of the application about attempts. */
export interface GatewayRegistry {
  resolveAttempt(remoteSessionId: string): Promise<GatewayAttempt | null>;
  /** The runtime elsewhere that presents this token, by the token's SHA-256; without it only our own may call. */
  runtimeOfToken?(hash: string): Promise<string | null>;
}

/** Where the gateway writes down what happened. */
export interface GatewayMeter {
  /**
   * Why the attempt's next call may not go out, for want of budget; null lets it go. Asked again every second while the
   * call is held, with the time it has waited.
   */
  admit(attemptId: string, heldMs: number): Promise<string | null>;
  recordCall(call: CallRecord): Promise<void>;
  /** Adds one to the failures served for a step of the script, durably; answers the new count. */
  countFailure(attemptId: string, step: number): Promise<number>;
  /** Keeps values of a `context` step. */
  setContext(attemptId: string, values: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Why a call failed, by structured code. */
export interface CallFailure {
  class: FailureClass;
  /** Status the provider answered with; 0 when it did not answer. */
  status: number;
  /** For people: what the provider said, without secrets. */
  message: string;
  /** When it may be asked again, if it said so. */
  retryAt: Date | null;
}

/** How a call ended. */
export interface CallOutcome {
  status: number;
  usage: Usage | null;
  failure: CallFailure | null;
}
