/** What every service is built from; `server/services.ts` fills it once. */
import type { Prices } from '../domain/budget.ts';
import type { SignOnRules } from '../domain/sign-on.ts';
import type { GlassBox } from './architecture-port.ts';
import type { BlueprintFiles } from './blueprint-port.ts';
import type { FairLocks } from './coordination-port.ts';
import type { DrillTargets } from './drill-port.ts';
import type { Workspaces } from './git-port.ts';
import type { InstanceSelf } from './instance-port.ts';
import type {
  AgentRunner,
  AttemptLimiter,
  CheckRehearsal,
  CommandEnvironment,
  Encryption,
  Fault,
  IdentityProvider,
  Log,
  OutputDelta,
  RehearsalPlans,
  RunCommand,
  RuntimeStatus,
  Secrets,
  TimeCodes,
  WakeUps,
} from './ports.ts';
import type { RuntimeFleet } from './runtime-port.ts';
import type { Store } from './store-port.ts';

export interface Settings {
  readonly leaseSeconds: number;
  readonly checkpointSeconds: number;
  readonly askSlaSeconds: number;
  readonly askExpirySeconds: number;
  readonly approvalExpirySeconds: number;
  readonly selfApprovalDelaySeconds: number;
  readonly verifyTimeoutSeconds: number;
  /** Owner name of this process, and the names its former lives on the same data directory had. */
  readonly owner: string;
  readonly formerOwners: readonly string[];
  /** How often agents outside are to be heard from. */
  readonly heartbeatSeconds: number;
  readonly rehearsal: boolean;
  readonly version: string;
  /** Below this many free bytes no new work is taken (engine.md 7, row 9). */
  readonly minimumFreeBytes: number;
}

export interface Deps {
  readonly store: Store;
  readonly locks: FairLocks;
  readonly runner: AgentRunner;
  readonly instance: InstanceSelf;
  /** What a drill may kill here. */
  readonly drillTargets: DrillTargets;
  readonly glassBox: GlassBox;
  readonly runtime: { status(): RuntimeStatus; restart(reason: string): Promise<void> };
  /** The servers elsewhere. */
  readonly fleet: RuntimeFleet;
  /** Asks for a look at which servers there are, rather than at its next turn. */
  readonly watchRuntimes: () => void;
  readonly workspaces: Workspaces;
  readonly blueprintFiles: BlueprintFiles;
  readonly runCommand: RunCommand;
  readonly commandEnvironment: CommandEnvironment;
  readonly endOrphans: (attemptId: string) => Promise<number>;
  /** Ends what an agent left running in the background of its worktree. */
  readonly endLeftBehind: (worktree: string) => Promise<number>;
  readonly secrets: Secrets;
  readonly encryption: Encryption;
  readonly timeCodes: TimeCodes;
  /** Null where none is configured. */
  readonly identityProvider: IdentityProvider | null;
  readonly signOn: SignOnRules;
  readonly wakeUps: WakeUps;
  /** Why an address that somebody typed in may not be called, as a sentence; null when it may. */
  readonly refuseOutbound: (url: string) => Promise<string | null>;
  readonly limiter: AttemptLimiter;
  readonly checkRehearsal: CheckRehearsal;
  readonly rehearsalPlans: RehearsalPlans;
  /** Of `provider/model`, or of the model used when none is named. */
  readonly prices: (model: string | null) => Prices;
  /** The text with every known secret taken out: what leaves by another way than the store goes through it. */
  readonly redact: (text: string) => string;
  readonly fault: Fault;
  readonly log: Log;
  readonly settings: Settings;
  readonly clock: () => Date;
  /** Streams live text to watchers; never stored. */
  readonly output: (delta: OutputDelta) => void;
  /** A login or token of this user ended: open connections are judged again at once. */
  readonly recheck: (userId: string) => void;
  /** Asks the dispatch loop to run now rather than at its next tick. */
  readonly nudge: () => void;
}
