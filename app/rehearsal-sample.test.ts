import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { fencedBlocks, rehearsalSteps } from '../server/domain/rehearsal.ts';
import { rehearsalSample } from './rehearsal-sample.ts';

test('the sample script mends what makes the tests of the sample repository fail', () => {
  const steps = fencedBlocks(rehearsalSample).flatMap(({ body }) => rehearsalSteps.parse(parse(body)));
  const mends = steps.flatMap((step) => (step.kind === 'edit' && step.path.startsWith('src/') ? [step] : []));
  expect(mends).toHaveLength(1);
  for (const { path, find } of mends) {
    const text = readFileSync(new URL(`../samples/text-measure/${path}`, import.meta.url), 'utf8');
    expect(text.split(find)).toHaveLength(2);
  }
});
