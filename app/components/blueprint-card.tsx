import { Link } from 'react-router';
import type { BlueprintOrigin } from '../../server/domain/blueprint-catalogue.ts';
import { originWords, shortChecksum } from '../blueprint-words.ts';
import { plural } from '../format.ts';
import type { PictureEdge, PictureTask } from '../plan-picture.ts';
import { PlanPicture } from './plan-picture.tsx';

/** A blueprint as the catalogue shows it. */
export interface BlueprintEntry {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly versions: number;
  readonly description: string;
  readonly origin: BlueprintOrigin;
  readonly checksum: string;
  readonly tasks: number;
  readonly hours: number;
  /** Why it cannot be used; null when it can. */
  readonly fault: string | null;
  /** Null when its plan cannot be drawn. */
  readonly plan: { readonly tasks: readonly PictureTask[]; readonly edges: readonly PictureEdge[] } | null;
}

/** One blueprint on its plate: its graph, what it is for, where it came from. */
export function BlueprintCard({ entry }: { entry: BlueprintEntry }) {
  return (
    <li
      data-row
      className="relative flex min-w-0 flex-col gap-3 border-b border-r border-line-1 p-3 focus-within:bg-surface-2 hover:bg-surface-2 lg:p-4"
    >
      <div className="flex items-start justify-between gap-3">
        <h2 className="min-w-0">
          <Link to={`/blueprints/${entry.key}`} className="engraved block text-data after:absolute after:inset-0">
            {entry.name}
          </Link>
          <span className="block break-all font-data text-micro text-ink-3">{entry.key}</span>
        </h2>
        <span className="whitespace-nowrap border border-line-2 px-1.5 font-data text-micro leading-5 text-ink-2">
          v{entry.version}
          {entry.versions > 1 && <span className="text-ink-3"> of {entry.versions}</span>}
        </span>
      </div>
      <div className="flex min-h-32 items-center">
        {entry.plan === null ? (
          <p className="break-words text-data text-caution">{entry.fault ?? 'Its plan cannot be drawn.'}</p>
        ) : (
          <PlanPicture {...entry.plan} />
        )}
      </div>
      <p className="flex-1 text-data text-ink-2">{entry.description}</p>
      <p className="flex flex-wrap gap-x-3 font-data text-micro text-ink-3">
        <span>{plural(entry.tasks, 'task')}</span>
        <span>{entry.hours.toFixed(1)} h</span>
        <span className="break-all">{originWords(entry.origin)}</span>
        <span title={`SHA-256 ${entry.checksum}`}>{shortChecksum(entry.checksum)}</span>
      </p>
    </li>
  );
}
