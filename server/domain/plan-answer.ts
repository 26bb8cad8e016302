/** A planner's answer: text that should hold a plan as JSON (domain.md 4, planner agent). */
import { type PlanTask, planSchema } from './blueprint.ts';

export interface PlanFault {
  /** `tasks[2].dependsOn[0].key`, or empty when the answer as a whole is meant. */
  readonly place: string;
  readonly message: string;
}

export type PlanAnswer = { readonly tasks: PlanTask[] } | { readonly faults: readonly PlanFault[] };

/** How many faults a planner is told of at once; the rest are counted. */
const toldFaults = 30;

/** A plan of 200 wordy tasks is far below this many characters. */
const maxAnswer = 1_000_000;

/**
 * Reads the plan out of a planner's answer: JSON as it stands, or in the one fenced block of the text. Never throws: what
 * is wrong is answered with its place and reason.
 */
export function readPlanAnswer(text: string): PlanAnswer {
  if (text.length > maxAnswer)
    return fault(`The answer is longer than ${maxAnswer.toLocaleString('en-US')} characters`);
  const json = jsonOf(text);
  if ('faults' in json) return json;
  let value: unknown;
  try {
    value = JSON.parse(json.text);
  } catch (error) {
    return fault(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  // A bare list of tasks can mean only one thing.
  const parsed = planSchema.safeParse(Array.isArray(value) ? { tasks: value } : value);
  if (parsed.success) return { tasks: parsed.data.tasks };
  return { faults: parsed.error.issues.map((issue) => ({ place: placeOf(issue.path), message: issue.message })) };
}

/** What goes back to the planner after an answer with faults: each with its place, and what is asked for again. */
export function repairRequest(faults: readonly PlanFault[], round: number, rounds: number): string {
  const told = faults
    .slice(0, toldFaults)
    .map(({ place, message }) => `- ${place === '' ? '' : `${place}: `}${message}`);
  const more = faults.length > toldFaults ? [`- and ${faults.length - toldFaults} more`] : [];
  return [
    `Your plan cannot be used yet (answer ${round} of at most ${rounds}). What is wrong with it:`,
    [...told, ...more].join('\n'),
    'Answer again with the whole corrected plan as JSON, in one fenced block, and nothing else.',
  ].join('\n\n');
}

/** The faults in one line, for a reason. */
export function faultsInWords(faults: readonly PlanFault[]): string {
  const [first] = faults;
  if (first === undefined) return 'the answer holds no plan';
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return `${first.place === '' ? '' : `${first.place}: `}${first.message}${more}`.slice(0, 500);
}

function jsonOf(text: string): { text: string } | { faults: readonly PlanFault[] } {
  const bare = text.trim();
  if (bare === '') return fault('The answer is empty');
  if (bare.startsWith('{') || bare.startsWith('[')) return { text: bare };
  const blocks = fencedTexts(bare);
  if (blocks.length > 1)
    return fault(`The answer holds ${blocks.length} fenced blocks; one with the plan is asked for`);
  const [block] = blocks;
  if (block === undefined) return fault('The answer holds no JSON, neither bare nor in a fenced block');
  return { text: block };
}

/** The bodies of fenced blocks; an unclosed one runs to the end. */
function fencedTexts(text: string): string[] {
  const bodies: string[] = [];
  let fence = '';
  for (const line of text.split(/\r\n|\n|\r/)) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    const closes = mark[0] === fence[0] && mark.length >= fence.length && /^\s*[`~]+\s*$/.test(line);
    if (fence === '' && mark !== '') {
      fence = mark;
      bodies.push('');
    } else if (fence !== '' && closes) fence = '';
    else if (fence !== '') bodies.push(`${bodies.pop() ?? ''}${line}\n`);
  }
  return bodies;
}

function placeOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((place, part) => {
    if (typeof part === 'number') return `${place}[${part}]`;
    return place === '' ? String(part) : `${place}.${String(part)}`;
  }, '');
}

const fault = (message: string): { faults: readonly PlanFault[] } => ({ faults: [{ place: '', message }] });
