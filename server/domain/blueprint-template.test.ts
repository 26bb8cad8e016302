import { expect, test } from 'vitest';
import { escapeTemplate, replaceParameters } from './blueprint-template.ts';

const values = { title: 'The sum', hours: 12 };
const description = (text: string) =>
  (replaceParameters([{ description: text }], values)[0] as { description: unknown }).description;

test.each([
  ['{{title}}', 'The sum'],
  ['{{ hours }}', 12],
  ['{{ hours }} h', '12 h'],
  ['a {{title}} b {{ hours / 7 }}', 'a The sum b 1.714286'],
  ['no braces', 'no braces'],
  ['{{ open', '{{ open'],
  ["{{ it's }}", "{{ it's }}"],
  ['{ {title} }', '{ {title} }'],
  ['$${{ title }}', '$$The sum'],
])('%s becomes %j', (template, text) => {
  expect(description(template)).toBe(text);
});

test('lists and mappings are walked, other values kept', () => {
  expect(
    replaceParameters([{ writes: ['{{title}}', 1, null, { deep: '{{hours}}' }], optional: true }], values),
  ).toEqual([{ writes: ['The sum', 1, null, { deep: 12 }], optional: true }]);
});

test('a title that grows too long is cut with a sign, never within a character', () => {
  const cut = (title: string) => replaceParameters([{ title: 'Fix: {{ title }}' }], { title });
  expect(cut('x'.repeat(195))).toEqual([{ title: `Fix: ${'x'.repeat(195)}` }]);
  expect(cut('x'.repeat(196))).toEqual([{ title: `Fix: ${'x'.repeat(194)}…` }]);
  expect(cut('🙂'.repeat(98))).toEqual([{ title: `Fix: ${'🙂'.repeat(97)}…` }]);
  expect(cut(`a${'🙂'.repeat(98)}`)).toEqual([{ title: `Fix: a${'🙂'.repeat(96)}…` }]);
});

test('every fault is named at its place', () => {
  expect(() => replaceParameters([{ a: '{{ x }}' }, { b: ['', '{{ 1 + }}'] }], values)).toThrow(
    expect.objectContaining({
      details: [
        { path: 'tasks.0.a', message: '{{ x }}: there is no parameter x' },
        { path: 'tasks.1.b.1', message: '{{ 1 + }}: it ends too early' },
      ],
    }),
  );
});

test('an escaped text reads as it was', () => {
  const parts = ['{', '{{', '}}', '"', "'", 'title', ' ', '{{ title }}', '{{ "{{" }}'];
  for (let round = 0; round < 3_000; round += 1) {
    const text = [1, 7, 49, 343, 2_401]
      .map((step) => parts[Math.floor((round * 7_919) / step) % parts.length])
      .join('');
    expect(description(escapeTemplate(text))).toBe(text);
  }
});
