import type { EnvironmentDigest, Evidence, WriteSet } from '../../server/domain/attempt.ts';
import { plural } from '../format.ts';
import { Reading } from './page.tsx';

/** Where and on what the proof ran, so that two proofs can be told apart. */
export function ProofGround({ evidence }: { evidence: Evidence }) {
  const { treeHash, baseCommit, environment } = evidence;
  return (
    <dl className="mt-2 grid grid-cols-2 border border-line-1 [&>div]:border-line-1 [&>div]:odd:border-r">
      <Reading name="Tree">
        <Hash value={treeHash} />
      </Reading>
      <Reading name="Stands on">
        <Hash value={baseCommit ?? null} />
      </Reading>
      {environment !== undefined && <Environment environment={environment} />}
    </dl>
  );
}

function Environment({ environment }: { environment: EnvironmentDigest }) {
  return (
    <>
      <Reading name="Environment">
        <Hash value={environment.digest} />
        <span className="block text-micro text-ink-3">
          Node {environment.node}, {environment.platform}
        </span>
      </Reading>
      <Reading name="Lockfiles">
        {environment.lockfiles === null ? 'none in the tree' : <Hash value={environment.lockfiles} />}
      </Reading>
    </>
  );
}

function Hash({ value }: { value: string | null }) {
  if (value === null) return <span className="text-ink-3">not known</span>;
  return (
    <span title={value} className="select-all break-all">
      {value.slice(0, 12)}
    </span>
  );
}

/** What was announced against what git saw written. */
export function Writes({ writes, files, total }: { writes: WriteSet; files: readonly string[]; total: number }) {
  const announced = [...writes.declared, ...writes.predicted];
  return (
    <details className="mt-2">
      <summary className="flex min-h-11 flex-wrap items-center gap-x-3 text-data">
        <span className="underline">Written: {plural(total, 'file')}</span>
        {writes.unannounced.length > 0 && (
          <span className="text-caution">{plural(writes.unannounced.length, 'file')} not announced</span>
        )}
      </summary>
      <dl className="flex flex-col gap-2 border-l-4 border-line-2 pl-3 font-data text-data">
        <Paths name="Declared" paths={writes.declared} none="nothing" />
        <Paths name="Predicted from history" paths={writes.predicted} none="nothing" />
        <Paths name="Really written" paths={files} none="nothing" />
        <Paths
          name="Written, though not announced"
          paths={writes.unannounced}
          none={announced.length === 0 ? 'nothing was announced at all' : 'none'}
        />
        <Paths name="Announced, not written" paths={writes.untouched} none="none" />
      </dl>
    </details>
  );
}

const most = 40;

function Paths({ name, paths, none }: { name: string; paths: readonly string[]; none: string }) {
  return (
    <div>
      <dt className="engraved text-micro text-ink-3">{name}</dt>
      <dd className="break-all">
        {paths.length === 0 ? <span className="text-ink-3">{none}</span> : paths.slice(0, most).join(', ')}
        {paths.length > most && ` and ${paths.length - most} more`}
      </dd>
    </div>
  );
}
