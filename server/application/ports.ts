/**
 * What the application asks of the world. Infrastructure implements these; nothing here imports it.
 * Git and the store have files of their own: `git-port.ts`, `store-port.ts` and what it is made of.
 */
import type { AskAnswer } from '../domain/ask.ts';
import type { FailureClass } from '../domain/attempt.ts';
import type { FieldIssue } from '../domain/errors.ts';
import type { Usage } from '../domain/metrics.ts';
import type { RuntimeState } from '../domain/runtime.ts';
import type { Identified } from '../domain/sign-on.ts';

/** One attempt as a runner needs it. Every id is chosen by us before the first call, so any call may be repeated. */
export interface RunOrder {
  attemptId: string;
  sessionId: string;
  taskId: string;
  teamId: string;
  epoch: number;
  /** Where it runs. */
  runtimeId: string;
  /** Number of this try of the task, from 1. */
  number: number;
  /** Absolute path of the attempt's own worktree. */
  directory: string;
  title: string;
  prompt: string;
  /** Appended to the system prompt: who the agent is and the rules of the house. */
  system: string;
  agent: { name: string; permissionPreset: string };
  /** `provider/model` of the gateway; null takes the instance's default. */
  model: string | null;
  remoteSessionId: string;
  remoteMessageId: string;
  remotePartId: string;
}

/** What a runner tells while it runs. `key` is stable over restarts: the same fact always carries the same key. */
export type RunEvent =
  | { type: 'started'; runtimeId: string; adopted: boolean }
  /** Text while it streams: shown at once, never stored. */
  | { type: 'output_delta'; partId: string; text: string }
  | { type: 'output'; key: string; text: string; kind: 'text' | 'reasoning' | 'todo' }
  | {
      type: 'tool_call';
      key: string;
      callId: string;
      tool: string;
      status: 'running' | 'completed' | 'error';
      input: unknown;
      output: string | null;
      exitCode: number | null;
      startedAt: Date | null;
      endedAt: Date | null;
    }
  | { type: 'file_changed'; key: string; path: string }
  /** Totals of the whole remote tree (children included) so far, not a difference. */
  | { type: 'usage'; usage: Usage; calls: number; errors: number }
  | { type: 'progress'; key?: string; note: string }
  | { type: 'ask'; ask: RemoteAsk }
  /** The runtime no longer knows an ask (answered elsewhere, or gone with its process). */
  | { type: 'ask_gone'; remoteAskId: string }
  | RunEnd;

/** The last event of a run; a run yields exactly one, read from REST, never believed from the stream. */
export type RunEnd =
  | { type: 'completed'; text: string }
  | {
      type: 'failed';
      failure: FailureClass;
      message: string;
      /** When a parked provider or runtime may be asked again. */
      retryAt: Date | null;
    }
  /** The process died under a running tool: the worktree is in an unknown state. */
  | { type: 'lost'; message: string }
  /** The remote run was ended by an abort (ours or another client's). */
  | { type: 'aborted'; message: string };

export interface RemoteAsk {
  remoteAskId: string;
  remoteSessionId: string;
  kind: 'permission' | 'question';
  title: string;
  command: string | null;
  paths: string[];
  /** OpenCode's own patterns, for session rules. */
  patterns: string[];
  permission: string | null;
  question: string | null;
  options: string[];
}

/** Which rung ended a run: it idled after the abort, our process was killed, or nothing could be verified. */
export interface AbortResult {
  rung: 'not_running' | 'aborted' | 'killed' | 'unverified';
  detail: string;
}

/**
 * Runs attempts on a runtime. `run` is idempotent: called again after any crash with the same order it adopts what is
 * there, resumes what was cut between tools by re-posting the same ids, and answers `lost` when a tool was cut.
 * Ending the iteration or aborting `signal` detaches; it never stops the remote run (that is `abort`).
 */
export interface AgentRunner {
  run(order: RunOrder, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** Delivers a person's answer. Repeating it is harmless; an ask that is gone is not an error. */
  answer(order: RunOrder, ask: RemoteAsk, answer: AskAnswer): Promise<void>;
  /** Abort, wait until idle (the whole session tree), verify. Bounded to 15 s. */
  abort(order: RunOrder): Promise<AbortResult>;
  /** Permission and question requests open right now at the runtime for this order's whole session tree. */
  openAsks(order: RunOrder): Promise<RemoteAsk[]>;
  /**
   * Takes away what the runtime keeps of a run that is over, with everything below it; what still runs is aborted first.
   * One it does not know is forgotten already. UNAVAILABLE when the runtime cannot be asked or did not do it.
   */
  forget(record: KeptRecord): Promise<void>;
}

/** What a runtime keeps of one run. */
export interface KeptRecord {
  readonly runtimeId: string;
  readonly remoteSessionId: string;
}

/** Chooses the ids of a remote session and its prompt before anything is sent. */
export interface RemoteIds {
  remoteSessionId: string;
  remoteMessageId: string;
  remotePartId: string;
}

export type { RuntimeState };

/** The supervised OpenCode as the application and the pages see it. */
export interface RuntimeStatus {
  id: string;
  kind: 'opencode_embedded';
  state: RuntimeState;
  detail: string;
  version: string | null;
  pid: number | null;
  port: number | null;
  residentBytes: number | null;
  startedAt: Date | null;
  restarts: number;
  circuit: 'closed' | 'open' | 'half_open';
  parkedUntil: Date | null;
  rehearsal: boolean;
}

export interface CommandResult {
  command: string;
  /** null when it was killed by the time limit or a signal. */
  exitCode: number | null;
  durationMs: number;
  /** Combined output, the last 64 KiB. */
  output: string;
  timedOut: boolean;
}

/** Runs one verification or setup command in a worktree: cleaned environment, own process group, captured output. */
export type RunCommand = (
  command: string,
  options: { directory: string; timeoutSeconds: number; signal: AbortSignal; attemptId: string },
) => Promise<CommandResult>;

/** What commands run with; of the variables only the names. */
export interface CommandEnvironment {
  node: string;
  platform: string;
  variables: readonly string[];
}

/** Reads the rehearsal blocks of a prompt; an empty list means they are all well-formed (engine.md 6.1). */
export type CheckRehearsal = (prompt: string) => FieldIssue[];

/** What the rehearsal model would answer as the session's planner, each time it is asked; empty without a `plan` block. */
export type RehearsalPlans = (prompt: string) => string[];

/** What the domain may not do itself: ids, secrets and password hashes. */
export interface Secrets {
  uuid(): string;
  /** URL-safe random text of `bytes` bytes. */
  random(bytes: number): string;
  sha256(text: string): string;
  hashPassword(password: string): Promise<string>;
  /** Takes the same time for a wrong password and for a hash of null (unknown user). */
  verifyPassword(password: string, hash: string | null): Promise<boolean>;
  isCommonPassword(password: string): boolean;
  remoteIds(): RemoteIds;
  remoteMessageIds(): { messageId: string; partId: string };
}

/** Codes that an authenticator app makes from a shared secret and the time (RFC 6238). */
export interface TimeCodes {
  /** 160 bits, in base32. */
  secret(): string;
  /** `otpauth://…`, as apps read it. */
  address(secret: string, account: string): string;
  /** The number of the time step whose code this is, of those that count at this moment; null when it is of none. */
  stepOf(secret: string, code: string, at: Date): number | null;
  /** A QR code: the dark modules as one SVG path in a square of `size` units, the quiet border included. */
  picture(text: string): { size: number; path: string };
}

/** The organisation's own sign-in, by OpenID Connect. */
export interface IdentityProvider {
  /** What people call it. */
  readonly name: string;
  /** Where the browser is sent, and what its answer is checked against; UNAVAILABLE when the provider does not answer. */
  begin(redirectUri: string): Promise<{ url: string; state: string; nonce: string; verifier: string }>;
  /** Judges the answer (state, nonce, PKCE, the token's signature, issuer, audience and time). UNAUTHENTICATED otherwise. */
  complete(current: URL, checks: { state: string; nonce: string; verifier: string }): Promise<Identified>;
  /** Where a session there is ended; null when it offers no such place. */
  endUrl(returnTo: string): Promise<string | null>;
}

/** What must be kept but not in clear: AES-256-GCM, the id of the key in the sealed text. */
export interface Encryption {
  readonly keyId: string;
  /** `place` names the one row and column it may be opened from, as in `runtimes.credentials:<id>`. */
  seal(plain: string, place: string): string;
  /** Throws UNAVAILABLE for another key, INTERNAL for another place or a changed text. */
  open(sealed: string, place: string): string;
}

/** What a webhook's receiver gets: the very bytes that were signed, and with what. */
export interface SignedCall {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** In clear; each makes one signature. */
  secrets: readonly string[];
}

/** Posts it, within 10 s and without following redirects. What never got an answer has no status but a sentence. */
export type SendSigned = (
  call: SignedCall,
) => Promise<
  { status: number; excerpt: string; durationMs: number } | { status: null; reason: string; durationMs: number }
>;

/** Whoever waits for something to be stored, in this process; what other instances store is found by looking. */
export interface WakeUps {
  wake(name: string): void;
  /** Hears `name` from now on, so that nothing is missed between a look and the wait that follows it. */
  listen(name: string): {
    /** Resolves when `name` was woken since the last call, after `ms`, or when the signal aborts. */
    next(ms: number, signal: AbortSignal): Promise<void>;
    end(): void;
  };
}

/** Live text for watchers: not stored, may be lost. */
export interface OutputDelta {
  sessionId: string;
  teamId: string;
  taskId: string;
  attemptId: string;
  partId: string;
  text: string;
}

export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Tests and operators kill the process at a named point (`FAULT_AT`); a no-op otherwise. */
export type FaultPoint =
  | 'after_claim'
  | 'after_plan'
  | 'after_dispatch'
  | 'mid_tool'
  | 'before_commit'
  | 'before_merge'
  | 'before_checkpoint'
  | 'before_final'
  | 'mid_dataset';
export type Fault = (point: FaultPoint) => void;

/** Bounds failed tries per key; the delay grows with each further one. A try is counted before it is made, so that many at once count too. */
export interface AttemptLimiter {
  /** Counts a try; answers the seconds to wait before one may be made, 0 when this one may. */
  take(keys: readonly string[]): Promise<number>;
  /** The try was no failure. */
  refund(keys: readonly string[]): Promise<void>;
  /** Forgets the failures of these keys. */
  clear(keys: readonly string[]): Promise<void>;
}
