import { percent } from '../format.ts';
import { overallWords, type TrendDay } from './day-trend.tsx';
import { Cell, Table } from './ui/table.tsx';

type Slice = Omit<TrendDay, 'day'> & { readonly name: string };

/** How much of an agent's work stood, by what it needed; the most used first. */
export function SuccessBy({ caption, slices, empty }: { caption: string; slices: readonly Slice[]; empty: string }) {
  if (slices.length === 0) return <p className="px-3 py-4 text-ink-2 lg:px-4">{empty}</p>;
  return (
    <Table
      caption={caption}
      columns={[{ words: 'Used' }, { words: 'Attempts', end: true }, { words: 'Stood', end: true }]}
    >
      {slices
        .toSorted((a, b) => b.total - a.total || a.name.localeCompare(b.name, 'en'))
        .map((slice) => (
          <tr key={slice.name} className="border-b border-line-1 font-data text-data">
            <Cell className="break-words">
              {slice.name.replaceAll('_', ' ')}
              <Bar slice={slice} />
            </Cell>
            <Cell end>{slice.total}</Cell>
            <Cell end>
              {overallWords(slice)}
              {slice.failed > 0 && <span className="block text-micro text-ink-3">{slice.failed} failed</span>}
            </Cell>
          </tr>
        ))}
    </Table>
  );
}

function Bar({ slice }: { slice: Slice }) {
  const share = (amount: number) => ({ width: percent(amount / slice.total).replace(' ', '') });
  return (
    <span aria-hidden="true" className="mt-1 flex h-2 w-full max-w-64 bg-surface-3">
      <span className="bg-ink-1" style={share(slice.successful)} />
      <span className="bg-line-3" style={share(slice.partial)} />
      <span className="bg-broken-rule" style={share(slice.failed)} />
    </span>
  );
}
