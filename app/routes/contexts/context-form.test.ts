import { expect, test } from 'vitest';
import { createContextInput } from '../../../server/domain/context-input.ts';
import { parseForm } from '../../form.ts';
import { createValues, writeForm } from './context-form.ts';
import { conflictsIn, mergeBody, pickName } from './merge-form.ts';

function form(entries: readonly (readonly [string, string])[]): FormData {
  const data = new FormData();
  for (const [name, value] of entries) data.append(name, value);
  return data;
}

test('a text is taken as it stands, JSON is read, and what is none is named', () => {
  const write = (kind: string, value: string) =>
    parseForm(
      form([
        ['intent', 'write'],
        ['path', 'a.b'],
        ['kind', kind],
        ['value', value],
        ['version', '4'],
      ]),
      writeForm,
    );
  const text = write('text', '8080');
  expect(text.status === 'success' && text.value).toMatchObject({ path: 'a.b', json: '8080', version: 4 });
  const json = write('json', 'null');
  expect(json.status === 'success' && json.value.json).toBeNull();
  expect(write('json', 'eighty').reply().error).toEqual({
    value: ['This is no JSON; texts stand in double quotes'],
  });
});

test('first values that are no JSON object are named, and nothing typed is lost', () => {
  const judged = parseForm(
    form([
      ['scope', 'global'],
      ['data', '{port: 1}'],
    ]),
    createContextInput,
    createValues,
  );
  expect(judged.reply().error).toEqual({ data: ['The data must be a JSON object'] });
  expect(judged.reply().initialValue).toMatchObject({ data: '{port: 1}' });
});

test('a merge takes the target out of the sources and sends decisions for the manual strategy only', () => {
  const chosen = [
    ['id', 'a'],
    ['id', 'b'],
    ['targetId', 'a'],
    [pickName('api.port'), 'b'],
  ] as const;
  expect(mergeBody(form([...chosen, ['strategy', 'manual']]))).toEqual({
    targetId: 'a',
    sourceIds: ['b'],
    strategy: 'manual',
    resolutions: { 'api.port': 'b' },
  });
  expect(mergeBody(form([...chosen, ['strategy', 'deep_merge'], ['name', 'Both']]))).toEqual({
    targetId: 'a',
    sourceIds: ['b'],
    strategy: 'deep_merge',
    name: 'Both',
  });
});

test('differences are read out of a refusal, and nothing out of any other', () => {
  const conflict = { path: 'api.port', values: { a: 1, b: 2 }, chosen: null };
  expect(conflictsIn({ conflicts: [conflict, 'odd'] })).toEqual([conflict]);
  expect(conflictsIn([{ path: 'x', message: 'no' }])).toEqual([]);
});
