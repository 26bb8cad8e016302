import { expect, test } from 'vitest';
import { blueprintRules, matchRules } from './blueprint-rules.ts';
import { builtInBlueprints } from './built-in-blueprints.ts';

const chosen = (title: string, prompt = '') => matchRules(title, prompt).chosen?.key ?? null;

test.each([
  ['Add auth to the API', 'security'],
  ['Authentication, please', 'security'],
  ['Check authorization', 'security'],
  ['SECURITY', 'security'],
  ['Turn encryption on', 'security'],
  ['One microservice', 'microservice'],
  ['Three microservices', 'microservice'],
  ['A distributed queue', 'microservice'],
  ['CRUD for books', 'crud'],
  ['Move the database.', 'crud'],
  ['A model of books', 'crud'],
  ['(UI) polish', 'ui_component'],
  ['The frontend/backend split', 'ui_component'],
  ['An interface', 'ui_component'],
  ['One component', 'ui_component'],
])('%s picks %s', (title, key) => {
  expect(chosen(title)).toBe(key);
  expect(chosen('The thing', title)).toBe(key);
});

test.each([
  'Build it',
  'Require a guide',
  'The author of this suite',
  'Fruit, juice and quite some equipment',
  'Authored by a secure modeller',
  'Databases and components',
  'ui_kit and xui',
  'Die UIs',
  'bauüi ïui',
])('%s picks nothing', (title) => {
  expect(matchRules(title, title)).toEqual({ chosen: null, offered: [] });
});

test('the highest priority wins wherever it stands, the others are offered by priority', () => {
  expect(matchRules('A UI for the database', 'of microservices, with auth')).toEqual({
    chosen: { key: 'security', word: 'auth', priority: 6 },
    offered: [
      { key: 'microservice', word: 'microservices', priority: 5 },
      { key: 'crud', word: 'database', priority: 4 },
      { key: 'ui_component', word: 'ui', priority: 4 },
    ],
  });
});

test('among equals the earlier rule wins', () => {
  expect(chosen('The interface of the model')).toBe('crud');
});

test('the first word of the text that matched is the one that is told', () => {
  expect(matchRules('Encryption and auth', '').chosen?.word).toBe('encryption');
});

test('fenced blocks of the prompt are not read', () => {
  expect(chosen('Do it', 'Now:\n```rehearsal\n- say: auth for the database\n```\n')).toBeNull();
  expect(chosen('Do it', 'Now:\n~~~\nauth\n~~~\nand the ui')).toBe('ui_component');
});

test('no word of a rule matches inside a longer word', () => {
  for (const { words } of blueprintRules) {
    for (const word of words) {
      for (const letter of ['a', 'z', 'é', 'я', '9', '_']) {
        const inside = [`${letter}${word}`, `${letter}${word}${letter}`];
        // A longer word of the same rules is a word of its own.
        if (!blueprintRules.some((rule) => rule.words.includes(`${word}${letter}`))) inside.push(`${word}${letter}`);
        for (const text of inside) expect(chosen(text)).toBeNull();
      }
    }
  }
});

test('every word matches between any two characters that are no part of a word', () => {
  for (const { key, words } of blueprintRules) {
    for (const word of words) {
      for (const mark of [' ', '-', '.', ',', '/', '(', ')', '"', '\n', '—']) {
        expect(chosen(`x${mark}${word.toUpperCase()}${mark}y`)).toBe(key);
      }
    }
  }
});

test('every rule picks a built-in blueprint', () => {
  const known = builtInBlueprints.map(({ key }) => key);
  for (const { key } of blueprintRules) expect(known).toContain(key);
});
