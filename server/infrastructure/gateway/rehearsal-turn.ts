import { offeredName } from '../../domain/context-tools.ts';
import type { RehearsalFailure, RehearsalStep } from '../../domain/rehearsal.ts';

/** How an answer ends: with a tool call, with a scripted failure, or with the end of the run. */
export type Move =
  | { kind: 'tool'; step: number; tool: string; input: object }
  | { kind: 'fail'; failure: RehearsalFailure }
  | { kind: 'end' };

/** One answer of the rehearsal model. */
export interface Turn {
  text: string;
  usage: { input: number; output: number };
  waitSeconds: number;
  context: Record<string, unknown>;
  move: Move;
}

const keeping = offeredName('context_set');
const goodbye = 'Rehearsal finished: the script has no further step.';

/**
 * The next answer. Steps are numbered from 1 by their place in the script; the next one is the highest with a real
 * result + 1, so cuts, compaction and injected prompts do not shift it. `say`, `usage` and `wait` join the step that
 * follows; so does `context` where the request offers no tool for it. `failed` counts a failure about to be served and
 * answers how often it now was.
 */
export async function nextTurn(
  steps: readonly RehearsalStep[],
  finished: Iterable<number>,
  failed: (step: number) => Promise<number>,
  offered: ReadonlySet<string> = new Set(),
): Promise<Turn> {
  const turn: Turn = { text: '', usage: { input: 0, output: 0 }, waitSeconds: 0, context: {}, move: { kind: 'end' } };
  const texts: string[] = [];
  const done = Math.max(0, ...finished);
  for (let index = done; index < steps.length; index += 1) {
    const step = steps[index];
    if (step === undefined) break;
    const move = await take(step, index + 1, turn, texts, failed, offered);
    if (move === null) continue;
    turn.move = move;
    break;
  }
  turn.text = texts.join('\n\n');
  if (turn.move.kind === 'end' && turn.text === '') turn.text = goodbye;
  return turn;
}

async function take(
  step: RehearsalStep,
  number: number,
  turn: Turn,
  texts: string[],
  failed: (step: number) => Promise<number>,
  offered: ReadonlySet<string>,
): Promise<Move | null> {
  switch (step.kind) {
    case 'say':
      texts.push(step.text);
      return null;
    case 'usage':
      turn.usage = { input: turn.usage.input + step.input, output: turn.usage.output + step.output };
      return null;
    case 'wait':
      turn.waitSeconds += step.seconds;
      return null;
    case 'context':
      if (offered.has(keeping)) return { kind: 'tool', step: number, tool: keeping, input: { values: step.set } };
      Object.assign(turn.context, step.set);
      return null;
    case 'fail':
      return (await failed(number)) <= step.times ? { kind: 'fail', failure: step.failure } : null;
    default:
      return { kind: 'tool', step: number, ...callOf(step) };
  }
}

type ToolStep = Exclude<RehearsalStep, { kind: 'say' | 'usage' | 'wait' | 'context' | 'fail' }>;

function callOf(step: ToolStep): { tool: string; input: object } {
  switch (step.kind) {
    case 'write':
      return { tool: 'write', input: { filePath: step.path, content: step.content } };
    case 'edit':
      return { tool: 'edit', input: { filePath: step.path, oldString: step.find, newString: step.replace } };
    case 'bash':
    case 'ask':
      return { tool: 'bash', input: { command: step.command, description: 'Runs a scripted command' } };
    case 'question':
      return { tool: 'question', input: { questions: [questionOf(step)] } };
    case 'todo':
      return {
        tool: 'todowrite',
        input: { todos: step.items.map((content) => ({ content, status: 'pending', priority: 'medium' })) },
      };
  }
}

function questionOf(step: Extract<ToolStep, { kind: 'question' }>): object {
  const options = step.options.map((label) => ({ label, description: label }));
  return { question: step.text, header: step.text.slice(0, 30), options, custom: true };
}
