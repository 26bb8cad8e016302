import { expect, test } from 'vitest';
import { backAfter, type DrillReading, drillInput, isSteady } from './drill.ts';

const look = (second: number, part: string, ok: boolean): DrillReading => ({ second, part, ok, detail: '' });

test('a drill needs the name of its part typed once more', () => {
  expect(drillInput.safeParse({ part: 'redis', confirmation: ' redis ' }).success).toBe(true);
  expect(drillInput.safeParse({ part: 'redis', confirmation: 'yes' }).error?.issues[0]?.path).toEqual(['confirmation']);
  expect(drillInput.safeParse({ part: 'disk', confirmation: 'disk' }).success).toBe(false);
});

test('a part is back at the first look after which it stayed, and one that was never away is not told', () => {
  const readings = [
    look(0, 'runtime', false),
    look(0, 'database', true),
    look(1, 'runtime', true),
    look(2, 'runtime', false),
    look(3, 'runtime', true),
    look(4, 'loops', false),
  ];
  expect(backAfter(readings)).toEqual({ runtime: 3, loops: null });
});

test('it is over after three good looks in a row, and not before five seconds have passed', () => {
  const looks = (...ok: boolean[]) => ok.map((one, second) => look(second, 'runtime', one));
  expect(isSteady([])).toBe(false);
  expect(isSteady(looks(true, true, true))).toBe(false);
  expect(isSteady(looks(false, false, true, true, true, true))).toBe(true);
  expect(isSteady(looks(false, false, false, true, false, true, true))).toBe(false);
  // After a restart the looks begin again late.
  expect(isSteady([look(0, 'runtime', true), look(30, 'runtime', true)])).toBe(false);
});
