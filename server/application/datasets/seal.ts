import { datasetParts, forms, splits } from '../../domain/dataset.ts';
import { cardText, type DatasetCard } from '../../domain/dataset-card.ts';
import type { Dataset, DatasetFiles, FileFacts } from '../dataset-port.ts';
import type { Deps } from '../deps.ts';

type Needs = Pick<Deps, 'store' | 'clock' | 'secrets'>;

/**
 * Tells card, sizes and checksums of what is offered now. Nothing is told twice of the same samples: what is sealed and
 * has lost none since is answered as it is.
 */
export async function sealed({ store, clock, secrets }: Needs, dataset: Dataset): Promise<Dataset> {
  const seal = await store.datasets.fingerprint(dataset.id);
  if (dataset.seal === seal || dataset.withdrawnAt !== null) return dataset;
  const facts = await store.datasets.facts(dataset.id);
  const card: DatasetCard = {
    licence: dataset.licence,
    rules: dataset.rules,
    train: facts.splits.train,
    eval: facts.splits.eval,
    leftOut: dataset.leftOut ?? ({} as DatasetCard['leftOut']),
    dropped: { tooLong: facts.tooLong, gone: facts.gone },
    redactions: facts.redactions,
    writtenAt: clock().toISOString(),
  };
  const files: Record<string, FileFacts> = {};
  for (const split of splits)
    for (const form of forms) files[`${split}.${form}.jsonl`] = await store.datasets.digest(dataset.id, split, form);
  const text = cardText(dataset.name, card);
  files[datasetParts[4]] = {
    bytes: new TextEncoder().encode(text).length,
    sha256: secrets.sha256(text),
    samples: card.train.samples + card.eval.samples,
  };
  return store.datasets.seal(dataset.id, { card, files: files as DatasetFiles, seal });
}
