import type { DatasetStatus, LeftOutReason } from '../../../server/domain/dataset.ts';
import { leftOutReasons } from '../../../server/domain/dataset.ts';
import { leftOutWords } from '../../../server/domain/dataset-card.ts';
import { numeric } from '../../form.ts';
import type { Sign } from '../../status.ts';

export const datasetSigns: Readonly<Record<DatasetStatus, Sign>> = {
  pending: { word: 'CHOOSING', glyph: 'ring', tone: 'live', meaning: 'What it takes is being chosen.' },
  queued: { word: 'QUEUED', glyph: 'ring', tone: 'quiet', meaning: 'What it takes is chosen; nothing is written yet.' },
  running: { word: 'WRITING', glyph: 'disc', tone: 'live', meaning: 'Samples are being written.' },
  evaluating: { word: 'CHECKING', glyph: 'disc', tone: 'live', meaning: 'Every sample is read once more for secrets.' },
  completed: { word: 'COMPLETE', glyph: 'check', tone: 'done', meaning: 'Its files can be downloaded.' },
  failed: {
    word: 'FAILED',
    glyph: 'cross',
    tone: 'broken',
    meaning: 'Nothing came of it; the reason stands beside it.',
  },
  cancelled: { word: 'CANCELLED', glyph: 'dash', tone: 'quiet', meaning: 'Somebody ended it.' },
};

export const datasetLabels: Record<string, string> = {
  name: 'Name',
  licence: 'Licence',
  repositoryIds: 'Repositories',
  withinDays: 'Ended in the last, days',
  minimumSuccess: 'Proven tasks of a session, at least, %',
  evalPercent: 'Kept aside to evaluate, %',
  rehearsal: 'Take the rehearsal script too',
};

export interface DatasetForm extends Record<string, unknown> {
  name: string;
  licence: string;
  repositoryIds: string[];
  withinDays: string;
  minimumSuccess: string;
  evalPercent: string;
  rehearsal: string;
}

/** The form's texts as the rules expect them. */
export function datasetValues(values: Record<string, unknown>): unknown {
  const { repositoryIds, withinDays, minimumSuccess, evalPercent, rehearsal, ...rest } = values;
  const given = [repositoryIds ?? []].flat();
  return {
    ...rest,
    repositoryIds: given,
    withinDays: numeric(withinDays ?? null),
    ...(minimumSuccess !== undefined && { minimumSuccess: numeric(minimumSuccess) }),
    ...(evalPercent !== undefined && { evalPercent: numeric(evalPercent) }),
    rehearsal: rehearsal === 'on',
  };
}

/** Reasons that hold for any, most frequent first. */
export function leftOutRows(leftOut: Readonly<Record<LeftOutReason, number>>): { words: string; count: number }[] {
  return leftOutReasons
    .map((reason) => ({ words: leftOutWords[reason], count: leftOut[reason] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}
