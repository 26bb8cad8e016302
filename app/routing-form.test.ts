import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dryRunValues, sumOf, sumRefusal, weightTexts, whatIfValues } from './routing-form.ts';

test('one capability is a list of one', () => {
  expect(dryRunValues({ requiredCapabilities: 'testing', technologies: 'go, rust', complexity: 'simple' })).toEqual({
    requiredCapabilities: ['testing'],
    technologies: ['go', 'rust'],
    complexity: 'simple',
  });
});

test('the weights in force add up to 1, whatever binary fractions make of them', () => {
  expect(sumOf(Object.values(weightTexts()))).toBe(1);
  expect(sumRefusal(sumOf(['0.1', '0.2', '0.3', '0.1', '0.2', '0.1']))).toBeNull();
});

test('weights that do not add up to 1 say by how much', () => {
  expect(sumRefusal(sumOf(['0.5', '0.45', '']))).toBe('They add up to 0.95, 0.05 short of 1.');
  expect(sumRefusal(sumOf(['1', '0.25']))).toBe('They add up to 1.25, 0.25 more than 1.');
  expect(sumRefusal(sumOf(['a', '1']))).toBe('One of the weights is not a number.');
});

test('an emptied weight counts nothing, and what is no number stays for the mistake to be named', () => {
  expect(whatIfValues({ weights: { capability: '1', load: 'x' }, days: '7' })).toEqual({
    weights: { capability: 1, performance: 0, load: 'x', technology: 0, sessionType: 0, complexity: 0 },
    days: 7,
  });
});

test('the sum is refused exactly when it is not 1', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 6, maxLength: 6 }), (cents) => {
      const sum = sumOf(cents.map((cent) => String(cent / 100)));
      expect(sumRefusal(sum) === null).toBe(cents.reduce((all, cent) => all + cent, 0) === 100);
    }),
  );
});
