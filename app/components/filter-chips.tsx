import clsx from 'clsx';
import { Link } from 'react-router';
import { type Attention, attentions, type SessionStatus, sessionStatuses } from '../../server/domain/session.ts';
import { toggled } from '../session-filter.ts';
import { attentionSigns, type Sign, sessionSigns, toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';

interface Counts {
  readonly status: Partial<Record<SessionStatus, number>>;
  readonly attention: Partial<Record<Attention, number>>;
}

/** The filters of a list, in its address: each chip is a link, so they work without scripts and can be sent to others. */
export function FilterChips({ counts, search }: { counts: Counts; search: string }) {
  const params = new URLSearchParams(search);
  const chips = [
    ...attentions
      .filter((kind) => kind !== 'none')
      .map((kind) => ({
        name: 'attention',
        value: kind as string,
        sign: attentionSigns[kind],
        amount: counts.attention[kind] ?? 0,
      })),
    ...sessionStatuses.map((status) => ({
      name: 'status',
      value: status as string,
      sign: sessionSigns[status],
      amount: counts.status[status] ?? 0,
    })),
  ].filter((chip) => chip.amount > 0 || params.getAll(chip.name).includes(chip.value));

  return (
    <nav aria-label="Filter by state" className="relative overflow-x-auto border-b border-line-1">
      <ul className="flex lg:flex-wrap">
        {chips.map(({ name, value, sign, amount }) => (
          <li key={`${name} ${value}`}>
            <Chip
              to={toggled(search, name, value)}
              on={params.getAll(name).includes(value)}
              sign={sign}
              amount={amount}
            />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Chip({ to, on, sign, amount }: { to: string; on: boolean; sign: Sign; amount: number }) {
  return (
    <Link
      to={to}
      preventScrollReset
      aria-current={on ? 'true' : undefined}
      title={on ? `Take the filter ${sign.word} away` : sign.meaning}
      className={clsx(
        'flex min-h-11 items-center gap-2 whitespace-nowrap border-r border-line-1 px-3 font-data text-micro lg:px-2.5',
        on ? 'bg-inverse text-on-inverse' : 'hover:bg-surface-2',
      )}
    >
      <span className={clsx('flex items-center gap-1.5 font-bold', !on && toneText[sign.tone])}>
        <Glyph name={sign.glyph} size={12} />
        {sign.word}
      </span>
      {amount}
      <span className="sr-only">{on ? ', filter is on' : ''}</span>
    </Link>
  );
}
