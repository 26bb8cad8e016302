import { outliveEveryPoint } from '../support/every-point.ts';
import { test } from '../support/fixtures.ts';

// Bounded for a busy machine; an idle one takes a tenth of it.
test.describe.configure({ timeout: 480_000 });

test('on PostgreSQL one session outlives a kill at every point, one after the other', ({ house }) =>
  outliveEveryPoint(house));
