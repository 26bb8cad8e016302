/** The dialect of the rehearsal model (engine.md 6.1): the steps of a script, and which blocks of a prompt apply. */
import { z } from 'zod';
import { type FieldIssue, invalid } from './errors.ts';

// YAML reads `42` and `true` as they look; a script means text wherever it says so.
const words = z.union([z.string(), z.number(), z.boolean()], 'must be a text').transform(String);
const path = z.string('must be a path').min(1, 'must be a path');

const seconds = z
  .union([z.number(), z.string()], 'must be seconds, such as 2 or "500ms"')
  .transform((value, context) => {
    const parts = /^(\d+(?:\.\d+)?)\s*(ms|s|m)?$/.exec(String(value).trim());
    const unit = { ms: 0.001, s: 1, m: 60 }[parts?.[2] ?? 's'];
    const result = parts === null || unit === undefined ? Number.NaN : Number(parts[1]) * unit;
    if (result >= 0 && result <= 3_600) return result;
    context.addIssue({ code: 'custom', message: 'must be 0 to 3,600 seconds, such as 2, 2s or 500ms' });
    return z.NEVER;
  });

export const rehearsalFailures = [
  'rate_limit',
  'quota',
  'server_error',
  'hang',
  'cut',
  'malformed',
  'length',
  'refuse',
] as const;
export type RehearsalFailure = (typeof rehearsalFailures)[number];

const stepSchemas = {
  write: z
    .strictObject({ write: z.strictObject({ path, content: words }) })
    .transform(({ write }) => ({ kind: 'write' as const, ...write })),
  edit: z
    .strictObject({ edit: z.strictObject({ path, find: words, replace: words }) })
    .transform(({ edit }) => ({ kind: 'edit' as const, ...edit })),
  bash: z.strictObject({ bash: words }).transform(({ bash }) => ({ kind: 'bash' as const, command: bash })),
  ask: z.strictObject({ ask: words }).transform(({ ask }) => ({ kind: 'ask' as const, command: ask })),
  question: z
    .strictObject({
      question: z.union(
        [
          words.transform((text) => ({ text, options: [] as string[] })),
          z.strictObject({ text: words, options: z.array(words).max(20).default([]) }),
        ],
        'must be a text, or { text, options }',
      ),
    })
    .transform(({ question }) => ({ kind: 'question' as const, ...question })),
  say: z.strictObject({ say: words }).transform(({ say }) => ({ kind: 'say' as const, text: say })),
  todo: z
    .strictObject({ todo: z.array(words, 'must be a list of texts').min(1).max(100) })
    .transform(({ todo }) => ({ kind: 'todo' as const, items: todo })),
  usage: z
    .strictObject({ usage: z.strictObject({ input: z.int().min(0).default(0), output: z.int().min(0).default(0) }) })
    .transform(({ usage }) => ({ kind: 'usage' as const, ...usage })),
  wait: z.strictObject({ wait: seconds }).transform(({ wait }) => ({ kind: 'wait' as const, seconds: wait })),
  context: z
    .strictObject({ context: z.strictObject({ set: z.record(z.string().min(1), z.json()) }) })
    .transform(({ context }) => ({ kind: 'context' as const, set: context.set })),
  fail: z
    .strictObject({
      fail: z.enum(rehearsalFailures, `must be one of ${rehearsalFailures.join(', ')}`),
      times: z.int().min(1).max(1_000).default(1),
    })
    .transform(({ fail, times }) => ({ kind: 'fail' as const, failure: fail, times })),
};

type StepKind = keyof typeof stepSchemas;
const stepKinds = Object.keys(stepSchemas).filter((key): key is StepKind => key in stepSchemas);

/** One step, normalised: `kind` says which. */
export type RehearsalStep = z.infer<(typeof stepSchemas)[StepKind]>;

/** One step as the YAML holds it. An unknown step names the known ones instead of listing every failed union member. */
export const rehearsalStep = z.unknown().transform((value, context): RehearsalStep => {
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  const kind = stepKinds.find((known) => keys.includes(known));
  if (kind === undefined) {
    const found = keys.length === 0 ? 'A step is a mapping' : `Unknown step ${keys.join(', ')}`;
    context.addIssue({ code: 'custom', message: `${found}; known steps are ${stepKinds.join(', ')}` });
    return z.NEVER;
  }
  const parsed = stepSchemas[kind].safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    context.addIssue({ code: 'custom', path: [...issue.path], message: `${kind}: ${issue.message}` });
  }
  return z.NEVER;
});

/** The body of a block; an empty block is an empty script. */
export const rehearsalSteps = z
  .array(rehearsalStep, 'A rehearsal block is a YAML list of steps')
  .max(500, 'A block may have at most 500 steps')
  .nullable()
  .transform((steps) => steps ?? []);

/**
 * Whom a block is for: every task without one of its own, one task, a resolver of conflicts, the planner of the session, or
 * the planner that splits one task.
 */
export type RehearsalTarget =
  | { readonly kind: 'any' }
  | { readonly kind: 'task'; readonly key: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'plan'; readonly key: string | null };

export interface RehearsalBlock {
  readonly target: RehearsalTarget;
  /** The attempt it is limited to, from 1; null fits every attempt. */
  readonly attempt: number | null;
  readonly body: string;
  /** Line of the opening fence in the prompt, from 1. */
  readonly line: number;
}

/**
 * The fenced blocks of a prompt whose info string begins with `rehearsal` (CommonMark fences; an unclosed one runs to
 * the end; one inside a longer fence is text). Throws INVALID for an info string it does not know.
 */
export function fencedBlocks(prompt: string): RehearsalBlock[] {
  const lines = prompt.split(/\r\n|\n|\r/);
  const blocks: RehearsalBlock[] = [];
  const issues: FieldIssue[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const open = /^( {0,3})(`{3,}|~{3,})(.*)$/.exec(lines[index] ?? '');
    const [, indent = '', fence = '', info = ''] = open ?? [];
    if (open === null || (fence.startsWith('`') && info.includes('`'))) continue;
    const line = index + 1;
    const body: string[] = [];
    for (index += 1; index < lines.length && !closes(lines[index] ?? '', fence); index += 1) {
      body.push(withoutIndent(lines[index] ?? '', indent.length));
    }
    const [word, ...rest] = info.trim().split(/\s+/);
    if (word !== 'rehearsal') continue;
    const head = readInfo(rest);
    if ('problem' in head) issues.push({ path: 'prompt', message: `Line ${line}: ${head.problem}` });
    else blocks.push({ ...head, body: body.map((one) => `${one}\n`).join(''), line });
  }
  if (issues.length > 0) throw invalid(issues);
  return blocks;
}

function closes(line: string, fence: string): boolean {
  const close = /^ {0,3}(`{3,}|~{3,})\s*$/.exec(line)?.[1] ?? '';
  return close[0] === fence[0] && close.length >= fence.length;
}

function withoutIndent(line: string, width: number): string {
  const spaces = /^ */.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(spaces, width));
}

function readInfo(parts: readonly string[]): Pick<RehearsalBlock, 'target' | 'attempt'> | { problem: string } {
  let target: RehearsalTarget = { kind: 'any' };
  let attempt: number | null = null;
  for (const part of parts) {
    const [, key, value] = /^(task|attempt)=(.+)$/.exec(part) ?? [];
    if (key === 'task' && value !== undefined && target.kind === 'any') target = { kind: 'task', key: value };
    else if (key === 'task' && value !== undefined && target.kind === 'plan' && target.key === null)
      target = { kind: 'plan', key: value };
    else if (part === 'conflict' && target.kind === 'any') target = { kind: 'conflict' };
    else if (part === 'plan' && target.kind === 'any') target = { kind: 'plan', key: null };
    else if (key === 'attempt' && attempt === null && /^[1-9]\d{0,3}$/.test(value ?? '')) attempt = Number(value);
    else return { problem: `rehearsal does not know "${part}"; write task=<key>, attempt=<n>, conflict or plan` };
  }
  return { target, attempt };
}

/**
 * Who runs: a task (by key and by its place in topological order, from 1), a resolver of conflicts, or a planner; for a
 * planner `attempt` is the how-manieth time it is asked, and `taskKey` the task it splits.
 */
export type RehearsalRun =
  | { readonly taskKey: string; readonly order: number | null; readonly attempt: number }
  | { readonly role: 'conflict'; readonly attempt: number }
  | { readonly role: 'plan'; readonly taskKey: string | null; readonly attempt: number };

/**
 * The blocks a run uses, in the prompt's order. Blocks of its own come first, then those without a key (never for a
 * planner or resolver); among the blocks of one target those with the highest attempt that fits are taken and joined.
 * An empty answer means that the run has no script.
 */
export function blocksFor<Block extends Pick<RehearsalBlock, 'target' | 'attempt'>>(
  blocks: readonly Block[],
  run: RehearsalRun,
): Block[] {
  if ('role' in run)
    return fitting(
      blocks.filter(({ target }) =>
        run.role === 'plan' ? target.kind === 'plan' && target.key === run.taskKey : target.kind === 'conflict',
      ),
      run.attempt,
    );
  const keys = [run.taskKey, ...(run.order === null ? [] : [String(run.order)])];
  const own = fitting(
    blocks.filter(({ target }) => target.kind === 'task' && keys.includes(target.key)),
    run.attempt,
  );
  return own.length > 0
    ? own
    : fitting(
        blocks.filter((block) => block.target.kind === 'any'),
        run.attempt,
      );
}

function fitting<Block extends Pick<RehearsalBlock, 'attempt'>>(blocks: readonly Block[], attempt: number): Block[] {
  const fit = blocks.filter((block) => (block.attempt ?? 0) <= attempt);
  const highest = Math.max(...fit.map((block) => block.attempt ?? 0));
  return fit.filter((block) => (block.attempt ?? 0) === highest);
}

/** The steps of a run, joined in order, or null when the prompt holds no script for it. */
export function stepsFor(
  blocks: readonly (Pick<RehearsalBlock, 'target' | 'attempt'> & { readonly steps: readonly RehearsalStep[] })[],
  run: RehearsalRun,
): RehearsalStep[] | null {
  const chosen = blocksFor(blocks, run);
  return chosen.length === 0 ? null : chosen.flatMap((block) => block.steps);
}

/** An issue for each block whose task is not in the plan, by key or by number. */
export function unknownTargets(blocks: readonly RehearsalBlock[], taskKeys: readonly string[]): FieldIssue[] {
  const numbers = taskKeys.map((_, index) => String(index + 1));
  return blocks.flatMap(({ target, line }) => {
    if (target.kind !== 'task' && target.kind !== 'plan') return [];
    if (target.key === null || taskKeys.includes(target.key) || numbers.includes(target.key)) return [];
    const known = taskKeys.join(', ');
    return [{ path: 'prompt', message: `Line ${line}: the plan has no task ${target.key}; its tasks are ${known}` }];
  });
}
