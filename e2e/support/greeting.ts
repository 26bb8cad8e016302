const hours = 'estimate: { optimistic: 0.5, likely: 1, pessimistic: 2 }';

/** Two tasks that may run at once, one that needs both, and one after it. */
export const greetingPlan = `
tasks:
  - { key: greet, title: Add a greeting, description: A module that greets., capabilities: [code_generation], ${hours}, writes: [src/greet.ts] }
  - { key: shout, title: Add a shout, description: A module that shouts., capabilities: [code_generation], ${hours}, writes: [src/shout.ts] }
  - { key: check, title: Test the greeting, capabilities: [test_generation], ${hours}, dependsOn: [{ key: greet }, { key: shout }] }
  - { key: notes, title: Document the greeting, capabilities: [documentation], ${hours}, dependsOn: [{ key: check }] }
`.trim();

/** The same without the test and the notes: only what collides. */
export const collidingPlan = greetingPlan.split('\n').slice(0, 3).join('\n');

const test = (expected: string) =>
  [
    "import { test } from 'node:test';",
    "import assert from 'node:assert';",
    "import { greet } from '../src/greet.ts';",
    `test('greets', () => assert.equal(greet(), '${expected}'));`,
    '',
  ].join('\\n');

const mend = '- edit: { path: src/wrap.ts, find: "width(word) < columns", replace: "width(word) <= columns" }';

const block = (info: string, body: string) => `\`\`\`rehearsal ${info}\n${body}\n\`\`\`\n`;

const later = [
  block('task=check', `- write: { path: test/greet.test.ts, content: "${test('good day')}" }`),
  block(
    'task=check attempt=2',
    `- write: { path: test/greet.test.ts, content: "${test('hello')}" }
- context: { set: { build.tool: npm } }`,
  ),
  block('task=notes', '- write: { path: GREETING.md, content: "# Greeting\\n" }'),
];

interface Told {
  /** Steps that both of the first two tasks begin with, such as an ask that holds them until a person answers. */
  first?: string;
  /** What an agent does that is sent both sides of the conflict. */
  conflict?: string;
  /** What the planner answers. */
  plan?: string;
}

/** A goal no rule knows, for the sample repository: both first tasks write WORDS.md, and the test is wrong at first. */
export function greetingPrompt({ first = '', conflict, plan = greetingPlan }: Told = {}): string {
  const begin = first === '' ? '' : `${first}\n`;
  const both = '- write: { path: WORDS.md, content: "hello\\nHELLO\\n" }\n- say: Both words are kept.';
  return [
    'Give the library a greeting, in four tasks.\n',
    block('plan', plan),
    block(
      'task=greet',
      `${begin}- write: { path: src/greet.ts, content: "export const greet = () => 'hello';\\n" }
- write: { path: WORDS.md, content: "hello\\n" }
${mend}`,
    ),
    block(
      'task=shout',
      `${begin}- write: { path: src/shout.ts, content: "export const shout = () => 'HELLO';\\n" }
- write: { path: WORDS.md, content: "HELLO\\n" }
${mend}`,
    ),
    block('conflict', conflict ?? both),
    // A script for a task that is not in the plan is refused.
    ...(plan === greetingPlan ? later : []),
  ].join('\n');
}
