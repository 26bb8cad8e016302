import { type Actor, authorize, personOf } from '../../domain/actor.ts';
import {
  assertDatasetMove,
  type Chosen,
  chooseSamples,
  consentInput,
  createDatasetInput,
  type DatasetPart,
  datasetOpen,
  datasetRules,
  evalRepositories,
  isDatasetPart,
  mostDatasets,
  type SampleForm,
  type Split,
} from '../../domain/dataset.ts';
import { cardText } from '../../domain/dataset-card.ts';
import { DomainError, invalid, invalidFromZod } from '../../domain/errors.ts';
import type { Dataset } from '../dataset-port.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store-port.ts';
import { teamOf } from '../tokens.ts';
import { noConsent } from './curation.ts';
import { sealed } from './seal.ts';

const readAtOnce = 50;

export interface Consent {
  readonly given: boolean;
  /** 0 before anybody ever said anything. */
  readonly version: number;
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
}

/** What the rules would take now. */
export interface DatasetPreview {
  readonly judged: number;
  readonly samples: number;
  readonly sessions: number;
  readonly train: number;
  readonly eval: number;
  readonly leftOut: Chosen['leftOut'];
}

/** What a team lets out of its sessions to train on (domain.md 7). Writing itself is in `curation.ts`. */
export function createDatasets(deps: Pick<Deps, 'store' | 'clock' | 'secrets'>) {
  const { store, clock, secrets } = deps;
  const read = (actor: Actor) => authorize(actor, 'read', { teamId: teamOf(actor), resource: 'datasets' });
  const subject = (id: string) => ({ kind: 'dataset', id });

  async function existing(actor: Actor, id: string, within: Pick<Tx, 'datasets'> = store): Promise<Dataset> {
    const dataset = await within.datasets.get(teamOf(actor), id);
    if (dataset === null) throw new DomainError('NOT_FOUND', 'There is no such dataset.');
    return dataset;
  }

  async function agreed(tx: Tx, teamId: string): Promise<void> {
    await tx.teams.lock(teamId);
    if ((await tx.datasets.consent(teamId))?.given !== true)
      throw new DomainError('CONFLICT', `${noConsent} An admin gives the consent on the page of datasets first.`);
  }

  async function consentOf(teamId: string): Promise<Consent> {
    const kept = await store.datasets.consent(teamId);
    if (kept === null) return { given: false, version: 0, changedAt: null, changedBy: null };
    const person = kept.changedBy === null ? null : await store.users.get(kept.changedBy);
    const { given, version, changedAt } = kept;
    return { given, version, changedAt, changedBy: person?.name ?? null };
  }

  return {
    async consent(actor: Actor): Promise<Consent> {
      read(actor);
      return consentOf(teamOf(actor));
    },

    /**
     * Taking it back cancels every job at work and removes every sample that is kept; what was downloaded before cannot be
     * called back, and the record says what was.
     */
    async setConsent(actor: Actor, raw: unknown, version?: number): Promise<Consent> {
      authorize(actor, 'team.manage');
      const parsed = consentInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const teamId = teamOf(actor);
      const { given } = parsed.data;
      await store.transaction(async (tx) => {
        await tx.teams.lock(teamId);
        const before = await tx.datasets.consent(teamId);
        await tx.datasets.saveConsent(teamId, given, personOf(actor), version ?? before?.version ?? 0);
        const removed = given
          ? null
          : await tx.datasets.withdraw(teamId, 'The team took back its consent to training data.');
        await tx.audit.append({
          teamId,
          actor,
          action: given ? 'dataset.consent_given' : 'dataset.consent_withdrawn',
          subject: { kind: 'team', id: teamId },
          before: { given: before?.given ?? false },
          after: { given, ...(removed !== null && { removed }) },
        });
      });
      return consentOf(teamId);
    },

    /** Counted on the rows as they are; nothing is kept, and no consent is needed to look. */
    async preview(actor: Actor, raw: unknown): Promise<DatasetPreview> {
      authorize(actor, 'team.manage');
      const parsed = datasetRules.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const candidates = await store.datasets.candidates(teamOf(actor));
      const { taken, sessions, leftOut } = chooseSamples(candidates, parsed.data, clock());
      const each = new Map<string, number>();
      for (const { repositoryId } of taken) each.set(repositoryId, (each.get(repositoryId) ?? 0) + 1);
      const aside = evalRepositories(each, parsed.data.evalPercent);
      const kept = taken.filter(({ repositoryId }) => aside.has(repositoryId)).length;
      const samples = taken.length;
      return { judged: candidates.length, samples, sessions, train: samples - kept, eval: kept, leftOut };
    },

    async list(actor: Actor): Promise<Dataset[]> {
      read(actor);
      return store.datasets.list(teamOf(actor));
    },

    /** Card and checksums are of what is offered at this moment. */
    async get(actor: Actor, id: string): Promise<Dataset> {
      read(actor);
      const dataset = await existing(actor, id);
      return dataset.status === 'completed' ? sealed(deps, dataset) : dataset;
    },

    /** Begins at once; CONFLICT without the team's consent. */
    async create(actor: Actor, raw: unknown): Promise<Dataset> {
      authorize(actor, 'team.manage');
      const parsed = createDatasetInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      const { name, licence, ...rules } = parsed.data;
      const teamId = teamOf(actor);
      const id = secrets.uuid();
      return store.transaction(async (tx) => {
        await agreed(tx, teamId);
        for (const [place, repositoryId] of rules.repositoryIds.entries())
          if ((await tx.repositories.get(teamId, repositoryId, { removed: true })) === null)
            throw invalid([{ path: `repositoryIds.${place}`, message: 'There is no such repository.' }]);
        if ((await tx.datasets.list(teamId)).length >= mostDatasets)
          throw new DomainError('QUOTA_EXCEEDED', `A team has at most ${mostDatasets} datasets: remove one first.`);
        const row = { id, teamId, name, licence, rules, createdBy: personOf(actor) };
        const created = await tx.datasets.create(row);
        await tx.jobs.enqueue([{ datasetId: id }]);
        const after = { name, licence, rules };
        await tx.audit.append({ teamId, actor, action: 'dataset.created', subject: subject(id), after });
        return created;
      });
    },

    /** Ends a job at work; INVALID_TRANSITION when it is over. What it had written stays out of reach and goes with a retry. */
    async cancel(actor: Actor, id: string): Promise<Dataset> {
      authorize(actor, 'team.manage');
      const { teamId } = await existing(actor, id);
      return store.transaction(async (tx) => {
        const { status } = await existing(actor, id, tx);
        assertDatasetMove(status, 'cancelled');
        const moved = await tx.datasets.move(id, status, 'cancelled', { reason: `Cancelled by ${roleName(actor)}.` });
        await tx.audit.append({ teamId, actor, action: 'dataset.cancelled', subject: subject(id), before: { status } });
        return moved;
      });
    },

    /** Chooses anew by the same rules, from what there is now. */
    async retry(actor: Actor, id: string): Promise<Dataset> {
      authorize(actor, 'team.manage');
      const { teamId } = await existing(actor, id);
      return store.transaction(async (tx) => {
        await agreed(tx, teamId);
        const { status } = await existing(actor, id, tx);
        assertDatasetMove(status, 'pending');
        await tx.datasets.choose({ id, teamId }, []);
        const moved = await tx.datasets.move(id, status, 'pending');
        await tx.jobs.enqueue([{ datasetId: id }]);
        await tx.audit.append({ teamId, actor, action: 'dataset.retried', subject: subject(id), before: { status } });
        return moved;
      });
    },

    /** With every sample it holds; copies that were downloaded stay where they are. */
    async remove(actor: Actor, id: string): Promise<void> {
      authorize(actor, 'team.manage');
      const { teamId, name, downloads, status } = await existing(actor, id);
      if (datasetOpen(status)) throw new DomainError('CONFLICT', 'It is being written: cancel it first.');
      await store.transaction(async (tx) => {
        await tx.datasets.remove(teamId, id);
        const before = { name, downloads };
        await tx.audit.append({ teamId, actor, action: 'dataset.removed', subject: subject(id), before });
      });
    },

    /** One of its files, read as fast as it is taken; that it was taken is in the record before the first line goes. */
    async file(actor: Actor, id: string, part: string): Promise<{ part: DatasetPart; lines: AsyncIterable<string> }> {
      authorize(actor, 'team.manage');
      const found = await existing(actor, id);
      if (!isDatasetPart(part)) throw new DomainError('NOT_FOUND', 'A dataset has no such file.');
      if (found.status !== 'completed') throw new DomainError('CONFLICT', 'It is not complete: it has no files.');
      if (found.withdrawnAt !== null)
        throw new DomainError('CONFLICT', 'The team took its consent back: its samples were removed.');
      const dataset = await sealed(deps, found);
      const { teamId } = dataset;
      await store.transaction(async (tx) => {
        await tx.datasets.noteDownload(id);
        const after = { file: part, sha256: dataset.files?.[part].sha256, bytes: dataset.files?.[part].bytes };
        await tx.audit.append({ teamId, actor, action: 'dataset.downloaded', subject: subject(id), after });
      });
      if (part === 'README.md') return { part, lines: cardOf(dataset) };
      const [split, form] = part.split('.') as [Split, SampleForm];
      return { part, lines: linesOf(id, split, form) };
    },
  };

  async function* cardOf({ name, card }: Dataset): AsyncGenerator<string> {
    if (card !== null) yield cardText(name, card);
  }

  async function* linesOf(id: string, split: Split, form: SampleForm): AsyncGenerator<string> {
    for (let after = 0; ; ) {
      const page = await store.datasets.samples(id, { split, after, limit: readAtOnce });
      const last = page.at(-1);
      if (last === undefined) return;
      yield page.map((one) => `${one[form]}\n`).join('');
      after = last.position;
    }
  }
}

/** Not the name: the sentence stays when the person is erased. */
const roleName = (actor: Actor): string => (actor.kind === 'token' ? 'a program' : 'an admin');
