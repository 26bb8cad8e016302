import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldedScale } from './folded-scale.ts';
import { after, anEvent } from './live-testing.ts';

test('silence is folded to a fixed width, work between two events of the history is not', () => {
  const history = [
    anEvent(1, 'session.created', {}, { at: after(0) }),
    anEvent(2, 'task.created', {}, { at: after(10) }),
    // Two hours in which nothing happened at all.
    anEvent(3, 'attempt.started', {}, { at: after(7_210) }),
    // Two hours full of output.
    anEvent(900, 'attempt.ended', {}, { at: after(14_410) }),
  ];
  const scale = foldedScale(history, after(0), after(14_410));
  expect(scale.breaks).toEqual([{ at: 10, seconds: 7_200 }]);
  expect(scale.length).toBe(10 + 12 + 7_200);
  expect(scale.placeOf(after(5))).toBe(5);
  expect(scale.placeOf(after(3_610))).toBeCloseTo(16);
  expect(scale.timeOf(22)).toEqual(after(7_210));
});

test('a place leads to the time that leads back to it, whatever happened', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(gaps, fc.double({ min: 0, max: 1, noNaN: true }), (steps, share) => {
      let time = 0;
      const history = steps.map((step, place) => {
        time += step;
        return anEvent(place + 1, 'task.updated', {}, { at: after(time) });
      });
      const scale = foldedScale(history, after(0), after(time));
      expect(scale.placeOf(after(0))).toBe(0);
      const place = share * scale.length;
      if (time > 0) expect(scale.placeOf(scale.timeOf(place))).toBeCloseTo(Math.min(place, scale.length), 0);
      expect(scale.timeOf(scale.length) <= after(time)).toBe(true);
    }),
  );
});
