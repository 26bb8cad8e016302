import { chooseSamples, evalRepositories } from '../../domain/dataset.ts';
import { atifOf, chatOf, longestSample, redactionsIn, withoutSecrets } from '../../domain/dataset-sample.ts';
import type { Dataset, WrittenSample } from '../dataset-port.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { sealed } from './seal.ts';

/** Longer than one piece takes, so that a claim outlives its worker only when that one is dead. */
const claimSeconds = 60;
/** Samples of one transaction: short locks, and little to do again after a kill. */
const piece = 10;
const sweptAtOnce = 50;
export const noConsent = 'The team has not agreed that its sessions become training data.';

export interface CurationDeps extends Pick<Deps, 'store' | 'log' | 'clock' | 'secrets' | 'redact' | 'fault'> {
  readonly owner: string;
  readonly formerOwners: readonly string[];
  readonly version: string;
}

/**
 * Writes datasets, piece by piece: what was chosen and what is written stand in rows, so that a job that died goes on
 * where it was. Before every piece the claim is held again, under the row's lock: a job that was cancelled, or whose team
 * took its consent back, writes nothing more.
 */
export function createCuration(deps: CurationDeps) {
  const { store, log, owner } = deps;

  /** null: the job is not ours any more. */
  const held = <T>(id: string, work: (tx: Tx, dataset: Dataset) => Promise<T>): Promise<T | null> =>
    store.transaction(async (tx) => {
      const dataset = await tx.datasets.hold(id, owner, claimSeconds);
      return dataset === null ? null : work(tx, dataset);
    });

  async function choose(dataset: Dataset): Promise<void> {
    const found = chooseSamples(await store.datasets.candidates(dataset.teamId), dataset.rules, deps.clock());
    const perRepository = new Map<string, number>();
    for (const { repositoryId } of found.taken)
      perRepository.set(repositoryId, (perRepository.get(repositoryId) ?? 0) + 1);
    const aside = evalRepositories(perRepository, dataset.rules.evalPercent);
    await store.transaction(async (tx) => {
      // Against somebody who takes the consent back right now.
      await tx.teams.lock(dataset.teamId);
      const now = await tx.datasets.hold(dataset.id, owner, claimSeconds);
      if (now?.status !== 'pending') return;
      const { id } = dataset;
      const { leftOut } = found;
      if ((await tx.datasets.consent(dataset.teamId))?.given !== true)
        return void (await tx.datasets.move(id, 'pending', 'failed', { reason: noConsent }));
      if (found.taken.length === 0)
        return void (await tx.datasets.move(id, 'pending', 'failed', {
          reason: 'There is nothing to take by these rules; beside the rules stands why the rest was left out.',
          leftOut,
        }));
      await tx.datasets.choose(
        dataset,
        found.taken.map(({ sessionId, attemptId, repositoryId }) => ({
          sessionId,
          attemptId,
          split: aside.has(repositoryId) ? 'eval' : 'train',
        })),
      );
      await tx.datasets.move(id, 'pending', 'queued', { leftOut });
    });
  }

  async function sampleOf(position: number, attemptId: string): Promise<WrittenSample> {
    const nothing = { position, chat: null, atif: null, redactions: 0 };
    const kept = await store.datasets.transcript(attemptId);
    if (kept === null) return { ...nothing, dropped: 'gone' };
    // What was secret when it was written is out already; what became one since goes now.
    const transcript = withoutSecrets({ ...kept, version: deps.version }, deps.redact);
    const chat = JSON.stringify(chatOf(transcript));
    const atif = JSON.stringify(atifOf(transcript));
    if (chat.length > longestSample || atif.length > longestSample) return { ...nothing, dropped: 'too_long' };
    return { position, chat, atif, redactions: redactionsIn(chat), dropped: null };
  }

  async function writePiece(dataset: Dataset): Promise<void> {
    const next = await store.datasets.unwritten(dataset.id, piece);
    const written: WrittenSample[] = [];
    for (const { position, attemptId } of next) written.push(await sampleOf(position, attemptId));
    await held(dataset.id, async (tx, { status }) => {
      if (status !== 'running') return;
      if (written.length === 0) await tx.datasets.move(dataset.id, 'running', 'evaluating');
      else await tx.datasets.write(dataset.id, written);
    });
    deps.fault('mid_dataset');
  }

  /** Every line is read as a stranger will: it has to be whole, and without a secret, also one that is known since. */
  async function judge(dataset: Dataset): Promise<void> {
    let good = 0;
    for (let after = 0; ; ) {
      const page = await store.datasets.samples(dataset.id, { after, limit: piece });
      const last = page.at(-1);
      if (last === undefined) break;
      for (const { position, chat, atif } of page) {
        const clean = [chat, atif].every((line) => JSON.stringify(redactedLine(line)) === line);
        if (clean) good += 1;
        else throw new Error(`Sample ${position} still holds a secret`);
      }
      after = last.position;
      if ((await held(dataset.id, async () => true)) === null) return;
    }
    if (good === 0) {
      await held(dataset.id, (tx) =>
        tx.datasets.move(dataset.id, 'evaluating', 'failed', { reason: 'Not one sample could be written.' }),
      );
      return;
    }
    await sealed(deps, dataset);
    await held(dataset.id, async (tx) => {
      await tx.datasets.move(dataset.id, 'evaluating', 'completed');
      await tx.audit.append({
        teamId: dataset.teamId,
        actor: { kind: 'system', teamId: dataset.teamId, name: 'datasets' },
        action: 'dataset.completed',
        subject: { kind: 'dataset', id: dataset.id },
        after: { samples: good },
      });
    });
  }

  const redactedLine = (line: string): unknown => withoutSecrets(JSON.parse(line) as unknown, deps.redact);

  async function step(dataset: Dataset): Promise<void> {
    if (dataset.status === 'pending') return choose(dataset);
    if (dataset.status === 'queued')
      return void (await held(dataset.id, (tx) => tx.datasets.move(dataset.id, 'queued', 'running')));
    return dataset.status === 'running' ? writePiece(dataset) : judge(dataset);
  }

  async function work(first: Dataset): Promise<void> {
    for (let dataset: Dataset | null = first; dataset !== null; ) {
      await step(dataset);
      dataset = await store.datasets.hold(dataset.id, owner, claimSeconds);
    }
  }

  return {
    /** Brings the job to its end, unless it is over or somebody else is at it. A failure of ours fails the job, with a sentence. */
    async curate(id: string): Promise<void> {
      const claimed = await store.datasets.claim(id, owner, claimSeconds);
      if (claimed === null) return;
      try {
        await work(claimed);
      } catch (error) {
        log.error({ err: error, datasetId: id }, 'A dataset could not be written');
        await held(id, (tx, { status }) =>
          tx.datasets.move(id, status, 'failed', { reason: 'It could not be written; the server log says why.' }),
        );
      }
    },

    /** Puts on the queue what nobody works at. */
    async sweep(): Promise<number> {
      return store.transaction(async (tx) => {
        const ids = await tx.datasets.unclaimed(sweptAtOnce);
        if (ids.length > 0) await tx.jobs.enqueue(ids.map((datasetId) => ({ datasetId })));
        return ids.length;
      });
    },

    /** At the start: what former lives of this process had under way goes on at once. */
    async recover(): Promise<void> {
      if (deps.formerOwners.length > 0) await store.datasets.release(deps.formerOwners);
      await this.sweep();
    },
  };
}
