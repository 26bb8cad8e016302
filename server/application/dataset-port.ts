/** The store's verbs for datasets; its promises stand in `store-port.ts`. */
import type {
  Candidate,
  Chosen,
  DatasetPart,
  DatasetRules,
  DatasetStatus,
  SampleForm,
  Split,
} from '../domain/dataset.ts';
import type { DatasetCard, SplitFacts } from '../domain/dataset-card.ts';
import type { Transcript } from '../domain/dataset-sample.ts';

export interface DatasetConsent {
  readonly given: boolean;
  readonly version: number;
  readonly changedBy: string | null;
  readonly changedAt: Date;
}

export interface FileFacts {
  readonly bytes: number;
  /** Hexadecimal, of the whole file. */
  readonly sha256: string;
  readonly samples: number;
}

export type DatasetFiles = Readonly<Record<DatasetPart, FileFacts>>;

export interface Dataset {
  readonly id: string;
  readonly teamId: string;
  readonly version: number;
  readonly name: string;
  readonly licence: string;
  readonly rules: DatasetRules;
  readonly status: DatasetStatus;
  readonly reason: string | null;
  readonly leftOut: Chosen['leftOut'] | null;
  readonly card: DatasetCard | null;
  readonly files: DatasetFiles | null;
  readonly seal: string | null;
  readonly withdrawnAt: Date | null;
  readonly downloads: number;
  readonly downloadedAt: Date | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Attempts chosen that are still there, and how many of them are written or dropped. */
  readonly total: number;
  readonly done: number;
  /** Samples that are offered now. */
  readonly offered: number;
}

export interface ChosenSample {
  readonly sessionId: string;
  readonly attemptId: string;
  readonly split: Split;
}

export interface WrittenSample {
  readonly position: number;
  readonly chat: string | null;
  readonly atif: string | null;
  readonly redactions: number;
  readonly dropped: 'too_long' | 'gone' | null;
}

export interface DatasetStore {
  /** null: nobody ever said anything, which is no consent. */
  consent(teamId: string): Promise<DatasetConsent | null>;
  /** CONFLICT when the version is not the one that stands; 0 where none was kept before. */
  saveConsent(teamId: string, given: boolean, by: string | null, version: number): Promise<DatasetConsent>;
  /** Every attempt at work of the team's ended sessions that are not deleted, the newest 20,000. */
  candidates(teamId: string): Promise<Candidate[]>;
  create(dataset: Pick<Dataset, 'id' | 'teamId' | 'name' | 'licence' | 'rules' | 'createdBy'>): Promise<Dataset>;
  get(teamId: string, id: string): Promise<Dataset | null>;
  /** Newest first. */
  list(teamId: string): Promise<Dataset[]>;
  remove(teamId: string, id: string): Promise<void>;
  /** Guarded by the status it comes from; CONFLICT when it is another one. Frees the claim where the job ends. */
  move(
    id: string,
    from: DatasetStatus,
    to: DatasetStatus,
    patch?: Partial<Pick<Dataset, 'reason' | 'leftOut'>>,
  ): Promise<Dataset>;
  /** Every open job of the team becomes `cancelled`, and no dataset has samples any more; answers what there was. */
  withdraw(teamId: string, reason: string): Promise<{ cancelled: number; emptied: number; samples: number }>;

  /** Takes an open job nobody works at for so many seconds; null: it is over, or somebody does. */
  claim(id: string, owner: string, seconds: number): Promise<Dataset | null>;
  /** Prolongs the claim and locks the row; null: it is not ours, or not open, any more. */
  hold(id: string, owner: string, seconds: number): Promise<Dataset | null>;
  /** Open jobs nobody works at. */
  unclaimed(limit: number): Promise<string[]>;
  /** Former lives of this process work at nothing any more. */
  release(owners: readonly string[]): Promise<void>;

  /** In this order; what was chosen before is forgotten. */
  choose(dataset: Pick<Dataset, 'id' | 'teamId'>, samples: readonly ChosenSample[]): Promise<void>;
  /** Of those not written yet, the first. */
  unwritten(id: string, limit: number): Promise<{ position: number; attemptId: string }[]>;
  /** What an attempt was told, said and did; null: it is not kept any more, or its session was deleted. */
  transcript(attemptId: string): Promise<Omit<Transcript, 'version'> | null>;
  /** Writes what is still chosen: a sample that was taken away meanwhile stays away. */
  write(id: string, samples: readonly WrittenSample[]): Promise<void>;
  /** Those that are offered, in order, after a position. */
  samples(
    id: string,
    page: { split?: Split; after: number; limit: number },
  ): Promise<{ position: number; chat: string; atif: string }[]>;
  /** Changes with the samples that are offered. */
  fingerprint(id: string): Promise<string>;
  /** Of the file these samples make, read piece by piece. */
  digest(id: string, split: Split, form: SampleForm): Promise<FileFacts>;
  facts(id: string): Promise<{
    splits: Record<Split, SplitFacts>;
    redactions: number;
    tooLong: number;
    gone: number;
  }>;
  /** What card and files say now; `seal` is the fingerprint they were told of. */
  seal(id: string, sealed: { card: DatasetCard; files: DatasetFiles; seal: string }): Promise<Dataset>;
  noteDownload(id: string): Promise<void>;
}
