/** What a task's words say about it when nobody has said more (domain.md 4, text analysis). */
import type { Capability } from './agent.ts';
import { around, type EstimateInput } from './estimate.ts';
import { withoutFences } from './prose.ts';

/** A keyword gives its capability; the answer keeps the order of this table. */
const capabilityWords: readonly (readonly [Capability, readonly string[]])[] = [
  ['system_design', ['design']],
  ['architecture_planning', ['architecture', 'plan']],
  ['requirements_analysis', ['requirement', 'requirements', 'analyze']],
  ['task_decomposition', ['decompose']],
  ['code_generation', ['implement', 'create', 'build', 'develop', 'write', 'code']],
  ['test_generation', ['test', 'tests']],
  ['documentation', ['document']],
  ['refactoring', ['refactor']],
  ['code_review', ['review']],
  ['security_audit', ['audit', 'security']],
  ['performance_analysis', ['performance']],
  ['compliance_check', ['compliance']],
  ['debugging', ['debug', 'fix']],
  ['troubleshooting', ['troubleshoot']],
  ['root_cause_analysis', ['diagnose']],
  ['optimization', ['optimize', 'improve']],
  ['deployment', ['deploy', 'integrate']],
  ['configuration', ['configure']],
  ['monitoring', ['monitor']],
  ['scaling', ['scale']],
];

/** Terms that make work harder than its length says, with how much of an hour each adds. */
const technicalWords: Readonly<Record<string, number>> = {
  algorithm: 1,
  api: 0.5,
  async: 0.5,
  authentication: 1,
  authorization: 1,
  backend: 0.5,
  cache: 0.5,
  cluster: 1.5,
  concurrency: 1.5,
  concurrent: 1.5,
  container: 0.5,
  cryptography: 2,
  database: 1,
  deadlock: 1.5,
  distributed: 2,
  docker: 0.5,
  encryption: 1.5,
  frontend: 0.5,
  graphql: 1,
  grpc: 1,
  index: 0.5,
  interface: 0.5,
  kubernetes: 1.5,
  latency: 1,
  lock: 1,
  microservice: 1.5,
  microservices: 1.5,
  migration: 1.5,
  model: 0.5,
  oauth: 1,
  parser: 1,
  pipeline: 1,
  protocol: 1.5,
  queue: 1,
  realtime: 1,
  redis: 0.5,
  rest: 0.5,
  schema: 0.5,
  sql: 0.5,
  streaming: 1,
  thread: 1,
  token: 0.5,
  transaction: 1.5,
  webhook: 0.5,
  websocket: 1,
};

export interface TextAnalysis {
  /** At least one, in the order of the table of keywords. */
  readonly capabilities: readonly Capability[];
  /** Sorted, each once. */
  readonly technicalTerms: readonly string[];
  /** How hard the text sounds, in hours beyond the first; never below 0. */
  readonly score: number;
  readonly estimate: EstimateInput;
}

/** Hours a text analysis may answer (domain.md 4). */
const textHours = { least: 1, most: 24 } as const;

/**
 * Capabilities and technical terms by whole words, a complexity score, and hours from 1 to 24: one hour, plus a quarter for
 * each ten words, half for each capability beyond the first, and what its technical terms add. Fenced blocks are not read.
 */
export function analyzeText(title: string, description: string): TextAnalysis {
  const words = wordsOf(withoutFences(`${title}\n${description}`));
  const known = new Set(words);
  const found = capabilityWords.flatMap(([capability, keys]) =>
    keys.some((key) => known.has(key)) ? [capability] : [],
  );
  const capabilities: readonly Capability[] = found.length === 0 ? ['code_generation'] : found;
  const technicalTerms = [...known].filter((word) => Object.hasOwn(technicalWords, word)).sort();
  const terms = technicalTerms.reduce((sum, word) => sum + (technicalWords[word] ?? 0), 0);
  const score = Math.floor(words.length / 10) * 0.25 + (capabilities.length - 1) * 0.5 + terms;
  const likely = Math.min(textHours.most, Math.max(textHours.least, 1 + score));
  return { capabilities, technicalTerms, score, estimate: around(likely) };
}

/** The whole words of a text, lower-case; a hyphen or an underscore joins ("ci-cd" is one word). */
function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+(?:-[\p{L}\p{N}_]+)*/gu) ?? [];
}
