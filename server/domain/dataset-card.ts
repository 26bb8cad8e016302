import type { Chosen, DatasetRules, LeftOutReason } from './dataset.ts';

/** What a dataset is made of, told beside the files and in them. Counts and slugs only: nothing that was said. */
export interface DatasetCard {
  readonly licence: string;
  readonly rules: DatasetRules;
  readonly train: SplitFacts;
  readonly eval: SplitFacts;
  readonly leftOut: Chosen['leftOut'];
  /** Attempts that were chosen and could not be written: longer than a sample may be, or gone meanwhile. */
  readonly dropped: { readonly tooLong: number; readonly gone: number };
  /** How often a secret was taken out of what is in the files. */
  readonly redactions: number;
  readonly writtenAt: string;
}

export interface SplitFacts {
  readonly samples: number;
  readonly sessions: readonly string[];
  readonly repositories: readonly string[];
}

export const leftOutWords: Readonly<Record<LeftOutReason, string>> = {
  not_completed: 'the session did not complete',
  forced: 'completed by force',
  unproven: 'the session is not proven',
  below_success: 'too few of its tasks are proven',
  author_erased: 'whoever began it was erased',
  rehearsal: 'made by the rehearsal script',
  other_repository: 'another repository',
  too_old: 'ended before the days asked for',
  not_succeeded: 'the attempt did not succeed',
  task_unproven: 'its task is not proven',
  no_transcript: 'what was said is no longer kept',
  duplicate: 'the same as another one',
  above_limit: 'more than a dataset holds',
};

/** The card as Markdown, with the head that dataset hubs read. */
export function cardText(name: string, card: DatasetCard): string {
  const { rules } = card;
  const left = Object.entries(card.leftOut).filter(([, count]) => count > 0);
  return [
    '---',
    `license: ${JSON.stringify(card.licence)}`,
    'task_categories: [text-generation]',
    'configs:',
    '  - config_name: chat',
    '    data_files: [{ split: train, path: train.chat.jsonl }, { split: eval, path: eval.chat.jsonl }]',
    '---',
    '',
    `# ${name}`,
    '',
    'Attempts of coding agents whose work was verified by commands, one a line.',
    '',
    `- Licence: ${card.licence}`,
    `- Written: ${card.writtenAt}`,
    `- Train: ${card.train.samples} samples of ${card.train.sessions.length} sessions`,
    `- Eval: ${card.eval.samples} samples of ${card.eval.sessions.length} sessions, of other repositories than train`,
    `- Secrets taken out: ${card.redactions}`,
    '',
    '## What was taken',
    '',
    'Succeeded attempts of proven tasks, in completed sessions that are proven and were not forced.',
    '',
    `- Proven tasks of a session: at least ${rules.minimumSuccess} %`,
    `- Repositories: ${rules.repositoryIds.length === 0 ? 'all' : rules.repositoryIds.length}`,
    `- Ended: ${rules.withinDays === null ? 'at any time' : `in the last ${rules.withinDays} days`}`,
    `- Rehearsal script: ${rules.rehearsal ? 'taken too; it is a script, not a model' : 'left out'}`,
    `- Kept aside to evaluate: ${rules.evalPercent} % wished`,
    '',
    '## What was left out',
    '',
    ...(left.length === 0
      ? ['Nothing.']
      : left.map(([reason, count]) => `- ${count}: ${leftOutWords[reason as LeftOutReason]}`)),
    ...(card.dropped.tooLong > 0 ? [`- ${card.dropped.tooLong}: longer than a sample may be`] : []),
    ...(card.dropped.gone > 0 ? [`- ${card.dropped.gone}: taken away while the dataset was written`] : []),
    '',
    '## Source sessions',
    '',
    `Train: ${card.train.sessions.join(', ') || 'none'}`,
    '',
    `Eval: ${card.eval.sessions.join(', ') || 'none'}`,
    '',
    '## Forms',
    '',
    '`*.chat.jsonl`: `{ "messages": [...] }` with tool calls. `*.atif.jsonl`: trajectories of ATIF 1.4. The same samples in the same order.',
    '',
  ].join('\n');
}
