// Everything the styleguide shows is read from the sources the pages use, so that it cannot tell of another house.
import { agentSigns, loadSigns, tierSigns } from './agent-status.ts';
import {
  askSigns,
  attemptSigns,
  attentionSigns,
  conflictSigns,
  instanceSigns,
  planSigns,
  proofSigns,
  runtimeSigns,
  type Sign,
  sessionSigns,
  taskSigns,
} from './status.ts';

export const colourTokens = [
  'surface-0',
  'surface-1',
  'surface-2',
  'surface-3',
  'line-1',
  'line-2',
  'line-3',
  'ink-1',
  'ink-2',
  'ink-3',
  'inverse',
  'on-inverse',
  'on-signal',
  'live',
  'stream',
  'broken',
  'broken-rule',
  'caution',
  'waiting',
  'added',
  'removed',
] as const;

export const typeScale = [
  { name: 'micro', use: 'Units, ages, headings of columns' },
  { name: 'data', use: 'Figures, slugs, code, labels of controls' },
  { name: 'body', use: 'Sentences' },
  { name: 'lead', use: 'The one sentence that says what is the matter' },
  { name: 'title', use: 'The one h1, titles of dialogs' },
  { name: 'figure', use: 'A figure that is read across the room' },
] as const;

export const spaces = [
  { name: 'spacing-11', use: 'Least height and width of a target' },
  { name: 'spacing-12', use: 'Height of a tile on a phone' },
  { name: 'spacing-14', use: 'Height of a tile, of a line that is a target as a whole' },
  { name: 'spacing-row', use: 'Air over and under what stands in a row' },
] as const;

export const signMaps: readonly (readonly [name: string, signs: Record<string, Sign>])[] = [
  ['Session', sessionSigns],
  ['Attention', attentionSigns],
  ['Task', taskSigns],
  ['Attempt', attemptSigns],
  ['Ask', askSigns],
  ['Proof', proofSigns],
  ['Conflict', conflictSigns],
  ['Plan', planSigns],
  ['Runtime', runtimeSigns],
  ['Instance', instanceSigns],
  ['Agent', agentSigns],
  ['Tier', tierSigns],
  ['Load', loadSigns],
];
