/** When a session goes in circles: rounds that change nothing, and a run that repeats itself. */

/** Rounds in a row without any progress after which the task is stopped. */
const maxIdleRounds = 3;
/** Equal tool calls with equal answers in a row after which a run is stopped. */
export const maxSameCalls = 8;

/** An ended attempt that got as far as its proof. */
export interface Round {
  readonly taskId: string;
  readonly succeeded: boolean;
  readonly treeHash: string | null;
  /** How many files differ from where the attempt began. */
  readonly filesChanged: number;
  readonly passed: readonly string[];
}

/**
 * Why a session goes in circles, as a sentence, or null: in the last three rounds no tree differed from the round of its
 * task before, no command passed that had not, and no task was completed. Oldest first.
 */
export function idleReason(rounds: readonly Round[]): string | null {
  const last = rounds.slice(-maxIdleRounds);
  if (last.length < maxIdleRounds) return null;
  const from = rounds.length - maxIdleRounds;
  if (last.some((round, place) => progressed(round, rounds.slice(0, from + place)))) return null;
  return `${maxIdleRounds} rounds in a row changed no file, passed no further command and completed no task`;
}

function progressed(round: Round, before: readonly Round[]): boolean {
  if (round.succeeded) return true;
  const own = before.filter(({ taskId }) => taskId === round.taskId);
  const previous = own.at(-1);
  if (previous === undefined) return round.filesChanged > 0;
  const passed = new Set(own.flatMap((one) => one.passed));
  return round.treeHash !== previous.treeHash || round.passed.some((command) => !passed.has(command));
}

/** A finished tool call; what it was given and what it answered. */
export interface FinishedCall {
  readonly tool: string;
  readonly input: unknown;
  readonly output: unknown;
}

/** Why a run repeats itself, as a sentence, or null. Newest last. */
export function loopReason(calls: readonly FinishedCall[]): string | null {
  const last = calls.slice(-maxSameCalls).map(signature);
  const [first] = last;
  if (first === undefined || last.length < maxSameCalls || last.some((one) => one !== first)) return null;
  return `The run called ${calls.at(-1)?.tool ?? 'a tool'} ${maxSameCalls} times in a row with the same input and got the same answer.`;
}

/** What two equal calls have in common, whatever order their fields were stored in. */
export function signature({ tool, input, output }: FinishedCall): string {
  return JSON.stringify([tool, sorted(input), sorted(output)]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => [key, sorted(one)]);
}
