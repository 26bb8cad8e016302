/** One attempt as a sample to learn from, in the two forms that are offered. Pure. */

/** What an attempt said and did, oldest first; a call comes once, with what came of it. */
export type Turn =
  | { readonly kind: 'said'; readonly text: string; readonly reasoning: boolean; readonly at: Date }
  | { readonly kind: 'asked'; readonly text: string; readonly at: Date }
  | {
      readonly kind: 'called';
      readonly tool: string;
      readonly input: unknown;
      readonly output: string;
      readonly at: Date;
    };

export interface Transcript {
  readonly attemptId: string;
  readonly agent: string;
  readonly model: string | null;
  readonly version: string;
  readonly system: string;
  readonly prompt: string;
  readonly summary: string | null;
  readonly turns: readonly Turn[];
}

interface Call {
  readonly id: string;
  readonly tool: string;
  readonly input: unknown;
  readonly output: string;
}

interface Step {
  readonly from: 'agent' | 'user';
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly Call[];
  readonly at: Date | null;
}

/** `{ messages }` as OpenAI's chat fine-tuning takes it: calls of tools, and what each answered, included. */
export function chatOf(transcript: Transcript): Record<string, unknown> {
  const messages: Record<string, unknown>[] = [];
  if (transcript.system !== '') messages.push({ role: 'system', content: transcript.system });
  messages.push({ role: 'user', content: transcript.prompt });
  for (const step of stepsOf(transcript)) {
    if (step.from === 'user') {
      messages.push({ role: 'user', content: step.text });
      continue;
    }
    const calls = step.calls.map(({ id, tool, input }) => ({
      id,
      type: 'function',
      function: { name: tool, arguments: JSON.stringify(input ?? {}) },
    }));
    if (step.text === '' && calls.length === 0) continue;
    messages.push({
      role: 'assistant',
      content: step.text === '' ? null : step.text,
      ...(calls.length > 0 && { tool_calls: calls }),
    });
    for (const { id, output } of step.calls) messages.push({ role: 'tool', tool_call_id: id, content: output });
  }
  return { messages };
}

/** The same as one trajectory of the Agent Trajectory Interchange Format, version 1.4. */
export function atifOf(transcript: Transcript): Record<string, unknown> {
  const { attemptId, agent, model, version, system, prompt } = transcript;
  const steps: Record<string, unknown>[] = [];
  const add = (step: Record<string, unknown>) => steps.push({ step_id: steps.length + 1, ...step });
  if (system !== '') add({ source: 'system', message: system });
  add({ source: 'user', message: prompt });
  for (const { from, text, reasoning, calls, at } of stepsOf(transcript))
    add({
      ...(at !== null && { timestamp: at.toISOString() }),
      source: from,
      message: text,
      ...(reasoning !== '' && { reasoning_content: reasoning }),
      ...(calls.length > 0 && {
        tool_calls: calls.map(({ id, tool, input }) => ({
          tool_call_id: id,
          function_name: tool,
          arguments: asRecord(input),
        })),
        observation: { results: calls.map(({ id, output }) => ({ source_call_id: id, content: output })) },
      }),
    });
  return {
    schema_version: 'ATIF-v1.4',
    session_id: attemptId,
    agent: { name: agent, version, ...(model !== null && { model_name: model }) },
    steps,
  };
}

/** Words and the calls right after them are one step, as the model made them in one go. */
function stepsOf({ turns, summary }: Transcript): Step[] {
  const steps: Step[] = [];
  let open: { text: string[]; reasoning: string[]; calls: Call[]; at: Date } | null = null;
  let calls = 0;
  const close = () => {
    if (open === null) return;
    const { text, reasoning, calls: made, at } = open;
    steps.push({ from: 'agent', text: text.join('\n\n'), reasoning: reasoning.join('\n\n'), calls: made, at });
    open = null;
  };
  for (const turn of turns) {
    if (turn.kind === 'asked') {
      close();
      steps.push({ from: 'user', text: turn.text, reasoning: '', calls: [], at: turn.at });
      continue;
    }
    if (turn.kind === 'said' && open !== null && open.calls.length > 0) close();
    open ??= { text: [], reasoning: [], calls: [], at: turn.at };
    if (turn.kind === 'called') {
      calls += 1;
      open.calls.push({ id: `call_${calls}`, tool: turn.tool, input: turn.input, output: turn.output });
    } else if (turn.reasoning) open.reasoning.push(turn.text);
    else open.text.push(turn.text);
  }
  close();
  const said = steps.findLast(({ from, text }) => from === 'agent' && text !== '');
  // The last word is in the attempt itself where the timeline does not hold it.
  if (summary !== null && summary !== '' && said?.text.includes(summary) !== true)
    steps.push({ from: 'agent', text: summary, reasoning: '', calls: [], at: null });
  return steps;
}

const asRecord = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { value };

/** Longer ones teach less than they cost, and no trainer takes them. */
export const longestSample = 100_000;

const mark = /\[redacted[^\]]*\]/g;

/** How often a secret was taken out of this text. */
export const redactionsIn = (text: string): number => text.match(mark)?.length ?? 0;

/** Every text in the value without its secrets; keys stay. */
export function withoutSecrets<T>(value: T, redact: (text: string) => string): T {
  return clean(value) as T;

  function clean(given: unknown): unknown {
    if (typeof given === 'string') return redact(given);
    if (Array.isArray(given)) return given.map(clean);
    if (typeof given !== 'object' || given === null || given instanceof Date) return given;
    return Object.fromEntries(Object.entries(given).map(([key, inner]) => [key, clean(inner)]));
  }
}
