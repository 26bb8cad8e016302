import type { DatasetPreview } from '../../../server/application/datasets/service.ts';
import type { LeftOutReason } from '../../../server/domain/dataset.ts';
import { Reading } from '../../components/page.tsx';
import { count, plural } from '../../format.ts';
import { leftOutRows } from './dataset-words.ts';

/** What the rules take now, and why the rest is left out. */
export function DatasetCounts({ would, busy }: { would: DatasetPreview; busy: boolean }) {
  return (
    <div aria-live="polite" aria-busy={busy}>
      <dl className="grid grid-cols-2 border-b border-line-1 sm:grid-cols-4">
        <Reading name="Would take">{plural(would.samples, 'sample')}</Reading>
        <Reading name="Of">{plural(would.sessions, 'session')}</Reading>
        <Reading name="Train">{count(would.train)}</Reading>
        <Reading name="Eval">{count(would.eval)}</Reading>
      </dl>
      <p className="px-3 pt-2 text-data text-ink-2 lg:px-4">
        {plural(would.judged, 'ended attempt')} judged; {count(would.judged - would.samples)} left out
        {would.judged === would.samples ? '.' : ', each for the first reason that holds:'}
      </p>
      <LeftOut leftOut={would.leftOut} />
    </div>
  );
}

export function LeftOut({ leftOut }: { leftOut: Readonly<Record<LeftOutReason, number>> }) {
  const rows = leftOutRows(leftOut);
  if (rows.length === 0) return null;
  return (
    <dl className="px-3 py-2 text-data lg:px-4">
      {rows.map(({ words, count: number }) => (
        <div key={words} className="flex items-baseline justify-between gap-4 border-b border-line-1 py-1">
          <dt>{words}</dt>
          <dd className="font-data">{count(number)}</dd>
        </div>
      ))}
    </dl>
  );
}
