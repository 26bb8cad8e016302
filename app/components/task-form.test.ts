import { expect, test } from 'vitest';
import { planSchema } from '../../server/domain/blueprint.ts';
import { addTaskInput, editTaskInput } from '../../server/domain/task-edit-input.ts';
import { parseForm } from '../form.ts';
import { aTask } from '../live-testing.ts';
import { changedTaskValues, changesOf, formOf, newTaskValues, splitValues } from './task-form.ts';

function form(entries: readonly (readonly [string, string])[]): FormData {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  return data;
}

test('a new task of three words is whole: the rest comes from them', () => {
  const judged = parseForm(
    form([
      ['title', 'Implement the parser'],
      ['key', ''],
    ]),
    addTaskInput,
    newTaskValues,
  );
  expect(judged.status).toBe('success');
  if (judged.status !== 'success') return;
  expect(judged.value).toMatchObject({
    title: 'Implement the parser',
    capabilities: ['code_generation'],
    dependsOn: [],
  });
  expect(judged.value.key).toBeUndefined();
});

test('boxes, lines and commas become lists, hours become numbers', () => {
  const judged = parseForm(
    form([
      ['title', 'Fix the wrap'],
      ['capabilities', 'debugging'],
      ['dependsOn', 'a'],
      ['dependsOn', 'b'],
      ['technologies', 'ts, node'],
      ['writes', 'src/**\r\n\r\ntest/**'],
      ['estimate.likely', '2'],
      ['optional', 'on'],
    ]),
    addTaskInput,
    newTaskValues,
  );
  expect(judged.status === 'success' && judged.value).toMatchObject({
    capabilities: ['debugging'],
    dependsOn: [{ key: 'a' }, { key: 'b' }],
    technologies: ['ts', 'node'],
    writes: ['src/**', 'test/**'],
    estimate: { likely: 2 },
    optional: true,
  });
});

test('a title that is no deed is named beside its field', () => {
  const judged = parseForm(form([['title', 'The parser']]), addTaskInput, newTaskValues);
  expect(judged.status).toBe('error');
  expect(Object.keys(judged.reply().error ?? {})).toEqual(['title']);
});

test('saving what was not touched changes nothing', () => {
  const task = aTask({ technologies: ['ts'], writes: ['src/**'], verification: ['npm test'], optional: true });
  const opened = Object.entries(formOf(task)).flatMap(([name, value]): [string, string][] => {
    if (Array.isArray(value)) return value.map((one) => [name, String(one)]);
    if (typeof value === 'object')
      return Object.entries(value).map(([part, hours]) => [`${name}.${part}`, String(hours)]);
    return [[name, value]];
  });
  const judged = parseForm(form([...opened, ['version', '3']]), editTaskInput, changedTaskValues);
  expect(judged.status).toBe('success');
  if (judged.status !== 'success') return;
  expect(changesOf(task, judged.value)).toEqual({});
  expect(changesOf(task, { ...judged.value, title: 'Test it', writes: [] })).toEqual({ title: 'Test it', writes: [] });
});

test('rows of a split: empty ones at the end are left out, an error keeps its row', () => {
  const rows = form([
    ['tasks[0].key', 'a'],
    ['tasks[0].title', 'Design it'],
    ['tasks[0].capabilities', 'System design, testing'],
    ['tasks[1].key', 'b'],
    ['tasks[1].title', 'Implement it'],
    ['tasks[1].dependsOn', 'a'],
    ['tasks[1].likely', '3'],
    ['tasks[2].key', ''],
    ['tasks[2].title', ''],
  ]);
  const judged = parseForm(rows, planSchema, splitValues);
  expect(judged.status === 'success' && judged.value.tasks).toMatchObject([
    { key: 'a', capabilities: ['system_design', 'testing'] },
    { key: 'b', dependsOn: [{ key: 'a' }], estimate: { likely: 3 } },
  ]);
  rows.set('tasks[1].dependsOn', 'ghost');
  const refused = parseForm(rows, planSchema, splitValues);
  expect(JSON.stringify(refused.reply().error)).toContain('There is no task ghost');
  expect(Object.keys(refused.reply().error ?? {})[0]).toMatch(/^tasks\[1\]/);
});
