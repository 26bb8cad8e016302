/** The store's verbs for agents that speak EAP; its promises stand in `store-port.ts`. */
import type { AskAnswer } from '../domain/ask.ts';
import type { ExternalAgent, HeartbeatInput, ProgressEvent, ResultInput } from '../domain/external-agent.ts';
import type { ExternalOrder, ExternalRunState, ExternalSource, RunLoss } from '../domain/external-run.ts';
import type { Usage } from '../domain/metrics.ts';

/** An offer as its agent and its driver see it. */
export interface ExternalRun {
  attemptId: string;
  teamId: string;
  agentId: string;
  turn: number;
  messageId: string;
  state: ExternalRunState;
  order: ExternalOrder;
  source: ExternalSource;
  lastSeq: number;
  bytes: number;
  usage: Usage | null;
  result: ResultInput | null;
  resultHash: string | null;
}

export interface Report {
  seq: number;
  key: string;
  event: ProgressEvent;
}

/** Who may report on a run, judged under its row lock. */
export interface RunFence {
  run: ExternalRun;
  /** The attempt's own, which every report must carry. */
  epoch: number;
  /** Whether the attempt is still open. */
  open: boolean;
}

export interface ExternalStore {
  /** Answers when it expires, by the database's clock. */
  createCode(code: {
    id: string;
    teamId: string;
    codeHash: string;
    agentId: string | null;
    createdBy: string | null;
    seconds: number;
  }): Promise<Date>;
  /** Uses a living code up; null when it is unknown, used or expired. One of two at the same moment gets it. */
  useCode(codeHash: string): Promise<{ teamId: string; agentId: string | null } | null>;
  /** The runtime row of an agent that runs itself. */
  addRuntime(runtime: { id: string; teamId: string; agentId: string }): Promise<void>;
  /** Makes or replaces what is known of the agent; an earlier token and secret are good no more. */
  enrol(agent: {
    agentId: string;
    teamId: string;
    endpointUrl: string | null;
    softwareVersion: string;
    protocolVersion: string;
    metadata: Record<string, unknown>;
    tokenHash: string;
    signingSecret: string;
  }): Promise<void>;
  get(agentId: string): Promise<ExternalAgent | null>;
  list(teamId: string): Promise<ExternalAgent[]>;
  byTokenHash(tokenHash: string): Promise<{ agentId: string; teamId: string; name: string } | null>;
  /** Sealed; null when revoked. */
  secretOf(agentId: string): Promise<string | null>;
  /** Takes a heartbeat: the agent's row, its runtime's state, the time of the database. False when it is revoked. */
  heartbeat(agentId: string, said: HeartbeatInput): Promise<boolean>;
  /** Token, secret and what is offered to it are gone. */
  revoke(agentId: string): Promise<void>;
  /** Runtimes of agents whose state silence has changed; answers what they now are. */
  settleSilence(
    degradedSeconds: number,
    offlineSeconds: number,
  ): Promise<{ runtimeId: string; teamId: string; state: string }[]>;

  /** Offers an attempt; the next turn when it was offered before. */
  offer(run: {
    attemptId: string;
    teamId: string;
    agentId: string;
    messageId: string;
    order: ExternalOrder;
    source: ExternalSource;
  }): Promise<ExternalRun>;
  run(attemptId: string): Promise<ExternalRun | null>;
  /** Gives the agent its oldest offer (or this one), with a lease; null when there is none. */
  claim(agentId: string, leaseSeconds: number, attemptId?: string): Promise<ExternalRun | null>;
  /** Takes a claim back that never reached its agent. */
  unclaim(attemptId: string, turn: number): Promise<void>;
  /** From now on every report on it is refused. Answers whether it was out (offered or claimed) until now. */
  withdraw(attemptId: string, turn?: number): Promise<boolean>;
  /** The run under its row lock, with the attempt's fence. */
  lock(attemptId: string): Promise<RunFence | null>;
  /** Appends what is new of the reports in their order, renews the lease, adds to bytes; claims what was pushed. Call under `lock`. */
  append(
    run: ExternalRun,
    events: readonly { key: string | null; event: ProgressEvent }[],
    leaseSeconds: number,
    bytes: number,
  ): Promise<number>;
  setUsage(attemptId: string, usage: Usage): Promise<void>;
  /** Takes the result; call under `lock`. */
  finish(attemptId: string, result: ResultInput, resultHash: string): Promise<void>;
  reports(attemptId: string, turn: number, after: number, limit: number): Promise<Report[]>;
  /** Keeps a person's answer for the agent to fetch, and begins the lease anew. */
  answer(attemptId: string, turn: number, key: string, answer: AskAnswer, leaseSeconds: number): Promise<void>;
  /** Asks of a run, answered or not. */
  asks(
    attemptId: string,
    turn: number,
  ): Promise<{ event: ProgressEvent & { type: 'ask' }; answer: AskAnswer | null }[]>;
  /** Where a run stands, and why it cannot go on, by the database's clock. */
  look(
    attemptId: string,
    bounds: { leaseSeconds: number; offlineSeconds: number },
  ): Promise<{ run: ExternalRun; loss: RunLoss | null } | null>;
  /** The agent's runs that are out, with the epoch reports on them must carry. */
  outstanding(agentId: string): Promise<{ attemptId: string; turn: number; epoch: number }[]>;
  /** Attempts that were taken from the agent, or ended without it, in the last `seconds`. */
  takenAway(agentId: string, seconds: number): Promise<string[]>;
}
