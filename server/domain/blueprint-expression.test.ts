import { expect, test } from 'vitest';
import { evaluate } from './blueprint-expression.ts';

const values = { hours: 12, level: 'high', title: 'The sum', done: true, quoted: 'a "b"' };

test.each([
  ['hours', 12],
  [' hours / 6 ', 2],
  ['1 + 2 * 3 - 4 / 2', 5],
  ['(1 + 2) * (3 - 4) / 2', -1.5],
  ['10 - 2 - 3', 5],
  ['12 / 2 / 3', 2],
  ['-hours + 0.5', -11.5],
  ['- - 2', 2],
  ['2*-3', -6],
  ['level', 'high'],
  ['done', true],
  ['"{{"', '{{'],
  ['\'it said "x"\'', 'it said "x"'],
  ['verb(title, "Implement: ")', 'Implement: The sum'],
  ['verb("Fix it", "Implement: ")', 'Fix it'],
  ['choose(level, "low", 1, "high", hours / 2)', 6],
  ['hours * choose(level, "low", 0.5, "high", 1.5) / 4', 4.5],
  ['choose(done, "true", 1, done, 2)', 2],
])('%s is %j', (source, value) => {
  expect(evaluate(source, values)).toEqual({ value });
});

test.each([
  ['', /nothing in it/],
  ['hours *', /ends too early/],
  ['hours hours', /hours was not expected/],
  ['(1 + 2', /a \) is missing/],
  ['1)', /\) was not expected/],
  ['minutes', /no parameter minutes/],
  ['hours.toString', /\. was not expected/],
  ['constructor', /no parameter constructor/],
  ['__proto__', /_ was not expected/],
  ['hours + "1"', /\+ takes numbers, not "1"/],
  ['level / 2', /takes numbers, not "high"/],
  ['-level', /takes numbers/],
  ['1 / 0', /no finite number/],
  ['0 / 0', /no finite number/],
  ['process("x")', /no process with 1 values/],
  ['verb(title)', /no verb with 1 values/],
  ['choose(level, "low", 1)', /choose has nothing for "high"/],
  ['choose(level, "low")', /no choose with 2 values/],
  ['verb(title "x")', /a , or \) is missing/],
  ['verb(', /missing|too early/],
  ['"open', /" was not expected/],
])('%s is refused', (source, problem) => {
  expect(evaluate(source, values)).toEqual({ problem: expect.stringMatching(problem) });
});

test('arithmetic is that of numbers, whatever is written', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const expression = (depth: number): { text: string; value: number } => {
    if (depth === 0) {
      const value = random(1_000) / 8;
      return { text: String(value), value };
    }
    const left = expression(depth - 1);
    const right = expression(depth - 1);
    const sign = '+-*'[random(3)] ?? '+';
    const value =
      sign === '+' ? left.value + right.value : sign === '-' ? left.value - right.value : left.value * right.value;
    return { text: `(${left.text} ${sign} ${right.text})`, value };
  };
  for (let round = 0; round < 200; round += 1) {
    const { text, value } = expression(1 + random(4));
    expect(evaluate(text, {})).toEqual({ value });
  }
});
