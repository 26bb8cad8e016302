import { z } from 'zod';
import { datasetParts, datasetStatuses, leftOutReasons } from '../../../domain/dataset.ts';
import type { Answered } from '../services.ts';
import { count, id, iso, time } from './fields.ts';

const leftOut = z.strictObject(Object.fromEntries(leftOutReasons.map((reason) => [reason, count])));
const side = z.strictObject({ samples: count, sessions: z.array(z.string()), repositories: z.array(z.string()) });
const rules = z.strictObject({
  repositoryIds: z.array(id).describe('Empty: every repository.'),
  withinDays: count.nullable(),
  minimumSuccess: count.describe('Percent.'),
  evalPercent: count,
  rehearsal: z.boolean(),
});
const file = z.strictObject({ bytes: count, sha256: z.string(), samples: count });

export const datasetShape = z
  .strictObject({
    id,
    version: z.int(),
    name: z.string(),
    licence: z.string(),
    rules,
    status: z.enum(datasetStatuses),
    reason: z.string().nullable(),
    progress: z.strictObject({ written: count, chosen: count }),
    samples: count.describe('Offered now.'),
    leftOut: leftOut.nullable(),
    card: z
      .strictObject({
        train: side,
        eval: side,
        dropped: z.strictObject({ tooLong: count, gone: count }),
        redactions: count,
        writtenAt: time,
      })
      .nullable(),
    files: z.strictObject(Object.fromEntries(datasetParts.map((part) => [part, file]))).nullable(),
    withdrawnAt: time.nullable().describe('When the team took its consent back and the samples were removed.'),
    downloads: count,
    downloadedAt: time.nullable(),
    createdBy: id.nullable(),
    createdAt: time,
    endedAt: time.nullable(),
  })
  .meta({ id: 'Dataset' });

export const consentShape = z
  .strictObject({ given: z.boolean(), version: count, changedAt: time.nullable(), changedBy: z.string().nullable() })
  .meta({ id: 'DatasetConsent' });

export const datasetPreviewShape = z
  .strictObject({ judged: count, samples: count, sessions: count, train: count, eval: count, leftOut })
  .meta({ id: 'DatasetPreview' });

export function datasetOut(dataset: Answered<'datasets', 'get'>): z.output<typeof datasetShape> {
  const { id, version, name, licence, rules: given, status, reason, total, done, offered, card, files } = dataset;
  return {
    id,
    version,
    name,
    licence,
    rules: { ...given, repositoryIds: [...given.repositoryIds] },
    status,
    reason,
    progress: { written: done, chosen: total },
    samples: offered,
    leftOut: dataset.leftOut === null ? null : { ...dataset.leftOut },
    card: card === null ? null : cardOut(card),
    files: files === null ? null : { ...files },
    withdrawnAt: iso(dataset.withdrawnAt),
    downloads: dataset.downloads,
    downloadedAt: iso(dataset.downloadedAt),
    createdBy: dataset.createdBy,
    createdAt: iso(dataset.createdAt),
    endedAt: iso(dataset.endedAt),
  };
}

function cardOut(card: NonNullable<Answered<'datasets', 'get'>['card']>) {
  const { train, eval: aside, dropped, redactions, writtenAt } = card;
  const sideOut = ({ samples, sessions, repositories }: typeof train) => ({
    samples,
    sessions: [...sessions],
    repositories: [...repositories],
  });
  return { train: sideOut(train), eval: sideOut(aside), dropped: { ...dropped }, redactions, writtenAt };
}
