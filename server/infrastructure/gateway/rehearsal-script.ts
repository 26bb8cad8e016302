import { parseDocument } from 'yaml';
import { errorCodeOf, type FieldIssue } from '../../domain/errors.ts';
import {
  blocksFor,
  fencedBlocks,
  type RehearsalBlock,
  type RehearsalRun,
  type RehearsalStep,
  rehearsalSteps,
  stepsFor,
} from '../../domain/rehearsal.ts';

const maxBlockLength = 64 * 1024;

/**
 * The rehearsal blocks of a prompt, checked: an issue for each unknown info string, bad YAML, unknown step or key.
 * An empty list means that every block will be understood.
 */
export function checkRehearsal(prompt: string): FieldIssue[] {
  try {
    return fencedBlocks(prompt).flatMap((block) => issuesOf(block));
  } catch (error) {
    if (errorCodeOf(error) === 'INVALID') return fieldIssues(error);
    throw error;
  }
}

function fieldIssues(error: unknown): FieldIssue[] {
  const details = typeof error === 'object' && error !== null && 'details' in error ? error.details : null;
  return Array.isArray(details) ? details : [];
}

function issuesOf(block: RehearsalBlock): FieldIssue[] {
  const read = readYaml(block);
  if ('problem' in read) return [{ path: 'prompt', message: `Line ${block.line}: ${read.problem}` }];
  // The body of a plan is a plan, not a list of steps; the planner's own rules judge it.
  if (block.target.kind === 'plan') return [];
  const parsed = rehearsalSteps.safeParse(read.value);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) => {
    const [index, ...rest] = issue.path;
    const place = typeof index === 'number' ? `, step ${index + 1}` : '';
    const field = rest.length > 0 ? ` (${rest.join('.')})` : '';
    return { path: 'prompt', message: `Line ${block.line}${place}: ${issue.message}${field}` };
  });
}

function readYaml(block: RehearsalBlock): { value: unknown } | { problem: string } {
  if (block.body.length > maxBlockLength) return { problem: 'a rehearsal block is larger than 64 KiB' };
  try {
    const document = parseDocument(block.body, { prettyErrors: false, uniqueKeys: true });
    const [error] = document.errors;
    if (error !== undefined) return { problem: `the YAML cannot be read: ${error.message}` };
    // Bounds what aliases may multiply: ten lines of YAML could otherwise fill the memory.
    return { value: document.toJS({ maxAliasCount: 20 }) };
  } catch (error) {
    return { problem: `the YAML cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * The script of a run: what the first prompt holds for it, then what each injected one does. Null without any.
 * A block that cannot be read is left out; it was refused before it came here.
 */
export function scriptFor(prompts: readonly string[], run: RehearsalRun): RehearsalStep[] | null {
  const parts = prompts.map((prompt) => stepsFor(readableBlocks(prompt), run)).filter((steps) => steps !== null);
  return parts.length === 0 ? null : parts.flat();
}

/**
 * What a planner answers when it is asked for the `attempt`-th time: the body of its `plan` blocks, a map or list as JSON
 * and anything else as it stands. Null without such a block.
 */
export function planAnswer(
  prompts: readonly string[],
  run: { taskKey: string | null; attempt: number },
): string | null {
  const chosen = blocksFor(prompts.flatMap(knownBlocks), { role: 'plan', ...run });
  const [first] = chosen;
  if (first === undefined) return null;
  const read = readYaml({ ...first, body: chosen.map((block) => block.body).join('') });
  if ('problem' in read) return '';
  const { value } = read;
  return typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : String(value ?? '');
}

/** Everything the session's planner may answer by the `plan` blocks of a prompt, in the order it is asked. */
export function rehearsalPlans(prompt: string): string[] {
  const plans = knownBlocks(prompt).filter(({ target }) => target.kind === 'plan' && target.key === null);
  const rounds = [...new Set(plans.map((block) => block.attempt ?? 1))].sort((a, b) => a - b);
  return rounds.flatMap((attempt) => planAnswer([prompt], { taskKey: null, attempt }) ?? []);
}

function knownBlocks(prompt: string): RehearsalBlock[] {
  try {
    return fencedBlocks(prompt);
  } catch {
    // Text of somebody else (a tool's output in a prompt) that only looks like a block.
    return [];
  }
}

function readableBlocks(prompt: string) {
  return knownBlocks(prompt).flatMap((block) => {
    if (block.target.kind === 'plan') return [];
    const read = readYaml(block);
    const parsed = rehearsalSteps.safeParse('value' in read ? read.value : undefined);
    return parsed.success ? [{ ...block, steps: parsed.data }] : [];
  });
}
