import fc from 'fast-check';
import { expect, test } from 'vitest';
import { around, estimateOf, learn } from './estimate.ts';
import { historyKey, learnedEstimate, predictWrites } from './task-history.ts';

test('history is kept under the place in a blueprint, else under the sorted capabilities', () => {
  expect(historyKey('crud/tests', ['testing'])).toBe('crud/tests');
  expect(historyKey(null, ['testing', 'code_review'])).toBe('code_review+testing');
});

test('the newest five records are learned, oldest first', () => {
  const prior = estimateOf(around(2), 'blueprint');
  const hours = [1.5, 3, 1, 2, 4, 100];
  const wanted = [4, 2, 1, 3, 1.5].reduce(learn, prior);
  expect(
    learnedEstimate(
      prior,
      hours.map((one) => ({ hours: one })),
    ),
  ).toEqual(wanted);
  expect(learnedEstimate(prior, [])).toBe(prior);
});

test('what is learned is called historical, with O ≤ M ≤ P and a confidence up to 0.95', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 50, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 99, noNaN: true }), { minLength: 1, maxLength: 12 }),
      (likely, hours) => {
        const learned = learnedEstimate(
          estimateOf(around(likely), 'planner'),
          hours.map((one) => ({ hours: one })),
        );
        expect(learned.source).toBe('historical');
        expect(learned.optimistic).toBeLessThanOrEqual(learned.likely);
        expect(learned.likely).toBeLessThanOrEqual(learned.pessimistic);
        expect(learned.confidence).toBeLessThanOrEqual(0.95);
      },
    ),
  );
});

const wrote = (...written: string[]) => ({ written });

test('paths that half of the records wrote are predicted, but not what is announced', () => {
  const records = [
    wrote('src/a.ts', 'CHANGES.md'),
    wrote('src/a.ts', 'src/b.ts'),
    wrote('docs/x.md', 'CHANGES.md'),
    wrote('src/c.ts'),
  ];
  expect(predictWrites(records, [])).toEqual(['CHANGES.md', 'src/a.ts']);
  expect(predictWrites(records, ['src/**'])).toEqual(['CHANGES.md']);
  expect(predictWrites([], [])).toEqual([]);
});

test('only the newest five records are asked', () => {
  const records = [
    ...Array.from({ length: 5 }, () => wrote('new.ts')),
    ...Array.from({ length: 20 }, () => wrote('old.ts')),
  ];
  expect(predictWrites(records, [])).toEqual(['new.ts']);
});

test('more than eight files become their folders', () => {
  const files = Array.from({ length: 7 }, (_, place) => `src/part/${place}.ts`);
  const twice = (...written: string[]) => [wrote(...written), wrote(...written)];
  expect(predictWrites(twice(...files, 'README.md'), [])).toHaveLength(8);
  expect(predictWrites(twice(...files, 'README.md', 'src/x.ts'), [])).toEqual(['README.md', 'src/**', 'src/part/**']);
});

test('what one record alone wrote is no prediction', () => {
  expect(predictWrites([wrote('a.ts')], [])).toEqual([]);
  expect(predictWrites([wrote('a.ts'), wrote('b.ts')], [])).toEqual([]);
});
