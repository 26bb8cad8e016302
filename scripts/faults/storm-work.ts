// What each session of the storm does: two tasks at once, and a third that builds on both.
import { script } from '../../e2e/support/rest.ts';

export const blueprint = `key: trio
name: Trio
version: 1.0.0
description: Two at once, and a third that builds on both.
tasks:
  - { key: one, title: Add one, description: One, capabilities: [code_generation], estimate: { likely: 1 } }
  - { key: two, title: Add two, description: Two, capabilities: [code_generation], estimate: { likely: 1 } }
  - { key: three, title: Add three, description: Three, capabilities: [code_generation], estimate: { likely: 1 },
      dependsOn: [{ key: one }, { key: two }] }
`;
export const prompt = [
  script('- write: { path: one.txt, content: "one\\n" }', 'task=one'),
  script('- write: { path: two.txt, content: "two\\n" }', 'task=two'),
  script('- bash: node tally.js three 500\n- write: { path: three.txt, content: "three\\n" }', 'task=three'),
].join('\n');
export const files = { 'one.txt': 'one\n', 'two.txt': 'two\n', 'three.txt': 'three\n', 'tally.txt': 'three\n' };
