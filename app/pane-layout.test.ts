import { expect, test } from 'vitest';
import { firstLayout, layoutCookie, layoutFrom } from './pane-layout.ts';

test('a layout that was remembered is read back', () => {
  const layout = { timeline: 20, centre: 55.5, inspector: 24.5 };
  expect(layoutFrom(`theme=dark; ${layoutCookie(layout).split(';')[0]}; other=1`)).toEqual(layout);
});

test('what is no layout counts as none', () => {
  for (const cookies of [null, '', 'panes=', 'panes=1_98_1', 'panes=40_40_40', 'panes=a_b_c', 'panes=NaN_50_50'])
    expect(layoutFrom(cookies)).toEqual(firstLayout);
});
