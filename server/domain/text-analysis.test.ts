import fc from 'fast-check';
import { expect, test } from 'vitest';
import { capabilities } from './agent.ts';
import { analyzeText } from './text-analysis.ts';

test.each([
  ['Design the login', ['system_design']],
  ['Draw the architecture', ['architecture_planning']],
  ['Plan the release', ['architecture_planning']],
  ['List the requirements', ['requirements_analysis']],
  ['Meet this requirement', ['requirements_analysis']],
  ['Analyze the log', ['requirements_analysis']],
  ['Decompose the work', ['task_decomposition']],
  ['Implement it', ['code_generation']],
  ['Create it', ['code_generation']],
  ['Build it', ['code_generation']],
  ['Develop it', ['code_generation']],
  ['Write it', ['code_generation']],
  ['Test it', ['test_generation']],
  ['Add tests', ['test_generation']],
  ['Document it', ['documentation']],
  ['Refactor it', ['refactoring']],
  ['Review it', ['code_review']],
  ['Audit it', ['security_audit']],
  ['Mind security', ['security_audit']],
  ['Measure performance', ['performance_analysis']],
  ['Check compliance', ['compliance_check']],
  ['Debug it', ['debugging']],
  ['Fix it', ['debugging']],
  ['Troubleshoot it', ['troubleshooting']],
  ['Diagnose it', ['root_cause_analysis']],
  ['Optimize it', ['optimization']],
  ['Improve it', ['optimization']],
  ['Deploy it', ['deployment']],
  ['Integrate it', ['deployment']],
  ['Configure it', ['configuration']],
  ['Monitor it', ['monitoring']],
  ['Scale it', ['scaling']],
  ['Do the thing', ['code_generation']],
] as const)('%s asks for %j', (title, wanted) => {
  expect(analyzeText(title, '').capabilities).toEqual(wanted);
});

test('only whole words count: a prefix, latest contest and redesign are none', () => {
  expect(
    analyzeText('Add the prefix of the latest contest', 'redesigned, encoded, planet, fixture').capabilities,
  ).toEqual(['code_generation']);
});

test('the order of capabilities does not follow the order of the words', () => {
  const one = analyzeText('Review and test the design', '').capabilities;
  expect(one).toEqual(['system_design', 'test_generation', 'code_review']);
  expect(analyzeText('Design, test and review', '').capabilities).toEqual(one);
});

test('technical terms are named, sorted, once', () => {
  const { technicalTerms } = analyzeText(
    'Add a queue',
    'A distributed queue behind the REST API; another queue; apis are not read',
  );
  expect(technicalTerms).toEqual(['api', 'distributed', 'queue', 'rest']);
});

test('what stands in a fenced block is not read', () => {
  const plain = analyzeText('Add a page', 'Show it.');
  expect(analyzeText('Add a page', 'Show it.\n```js\ndeploy(database, queue)\n```\n')).toEqual(plain);
});

test('a short plain task is one hour, a long hard one is longer, and none is above 24', () => {
  expect(analyzeText('Add a page', '').estimate).toEqual({ optimistic: 0.7, likely: 1, pessimistic: 1.5 });
  const hard = analyzeText(
    'Implement a distributed queue',
    'With transactions and encryption over a cluster; transaction logs.',
  );
  expect(hard.estimate.likely).toBeGreaterThan(5);
  expect(analyzeText('Add it', 'database queue '.repeat(600)).estimate.likely).toBe(24);
});

const word = fc.constantFrom(
  'design',
  'test',
  'queue',
  'api',
  'fix',
  'page',
  'the',
  'deploy',
  'zebra',
  'code',
  '—',
  '42',
);

test('any text gets one to all capabilities in a stable order and 1 to 24 hours with O ≤ M ≤ P', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word, { maxLength: 60 }).map((list) => list.join(' ')),
      ),
      fc.string(),
      (a, b) => {
        const { capabilities: found, estimate, score } = analyzeText(a, b);
        expect(found.length).toBeGreaterThan(0);
        expect(new Set(found).size).toBe(found.length);
        expect(found.every((one) => capabilities.includes(one))).toBe(true);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(estimate.likely).toBeGreaterThanOrEqual(1);
        expect(estimate.likely).toBeLessThanOrEqual(24);
        expect(estimate.optimistic).toBeLessThanOrEqual(estimate.likely);
        expect(estimate.likely).toBeLessThanOrEqual(estimate.pessimistic);
      },
    ),
  );
});

test('neither the order of the words nor their case changes the capabilities', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 20 }), (list) => {
      const straight = analyzeText(list.join(' '), '');
      const turned = analyzeText([...list].reverse().join(' ').toUpperCase(), '');
      expect(turned.capabilities).toEqual(straight.capabilities);
      expect(turned.technicalTerms).toEqual(straight.technicalTerms);
    }),
  );
});
