import { Link } from 'react-router';
import { isExecuting } from '../../server/domain/session.ts';
import { percent, usd } from '../format.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';
import type { SessionLine } from '../session-lines.ts';
import { attentionSigns, sessionSigns } from '../status.ts';
import { Age } from './age.tsx';
import { ProgressBar } from './progress.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Cell } from './ui/table.tsx';

interface SessionRowProps {
  line: SessionLine;
  selected: boolean;
  onSelect: (slug: string, on: boolean) => void;
  /** Where it stands among all, for a table of which only a part is drawn. */
  index: number;
  measure?: ((row: HTMLTableRowElement | null) => void) | undefined;
}

/** The name of the form that what is selected belongs to. */
export const batchForm = 'batch';

/** One session: the whole row opens it, its box selects it. */
export function SessionRow({ line, selected, onSelect, index, measure }: SessionRowProps) {
  const plain = !useHydrated();
  return (
    <tr
      data-row
      data-session={line.slug}
      data-index={index}
      aria-rowindex={index + 2}
      {...(measure === undefined ? {} : { ref: measure })}
      className={`relative border-b border-line-1 focus-within:bg-surface-2 hover:bg-surface-2 ${selected ? 'bg-surface-3' : ''}`}
    >
      <td className="w-11 align-top">
        <label className="relative z-[1] flex min-h-11 min-w-11 cursor-pointer items-center justify-center">
          <span className="sr-only">Select {line.slug}</span>
          <input
            type="checkbox"
            // With scripts the bar sends what is selected, since not every selected row is in the page.
            {...(plain ? { name: 's', form: batchForm } : {})}
            value={line.slug}
            checked={selected}
            onChange={(event) => onSelect(line.slug, event.target.checked)}
            className="size-5"
          />
        </label>
      </td>
      <Cell className="w-2/5 max-w-0 pl-0! md:max-w-none">
        <Link
          to={`/sessions/${line.slug}`}
          className="flex flex-wrap items-baseline gap-x-3 after:absolute after:inset-0"
        >
          <span className="shrink-0 font-data text-data font-bold">{line.slug}</span>
          <span className="order-last line-clamp-2 basis-full wrap-anywhere">{line.title}</span>
          <span className="min-w-0 flex-1 truncate text-data text-ink-2">
            {line.repository}
            {line.tags.length > 0 && <span className="font-data text-micro"> #{line.tags.join(' #')}</span>}
          </span>
        </Link>
        <span className="mt-1 block md:hidden">
          <ProgressBar {...line.progress} live={isExecuting(line.status)} />
          {/* What the columns that have no room here would say. */}
          <span className="block font-data text-micro text-ink-2">
            health {percent(line.health)}, cost {usd(line.costUsd)}, of{' '}
            {line.mine ? 'you' : (line.owner ?? 'a program')}
            {line.runtimes.length > 0 && `, on ${line.runtimes.join(', ')}`}
          </span>
        </span>
      </Cell>
      <Cell>
        <span className="flex flex-col items-start gap-1 font-data text-data md:flex-row md:flex-wrap md:items-center xl:flex-nowrap">
          {line.attention.kind !== 'none' && <StatusBadge sign={attentionSigns[line.attention.kind]} />}
          <StatusBadge sign={sessionSigns[line.status]} />
          <Age since={line.statusSince} />
          {line.pendingCommand !== null && <span className="text-caution">{line.pendingCommand} ordered</span>}
        </span>
      </Cell>
      <Cell wide>
        <ProgressBar {...line.progress} live={isExecuting(line.status)} />
      </Cell>
      <Cell wide end className={`font-data text-data ${line.health <= 0.3 ? 'text-broken' : ''}`}>
        {percent(line.health)}
      </Cell>
      <Cell wide end className={`font-data text-data ${line.costUsd === null ? 'text-caution' : ''}`}>
        {usd(line.costUsd)}
      </Cell>
      <Cell wide className="max-w-40 truncate text-data text-ink-2">
        {line.mine ? 'you' : (line.owner ?? 'a program')}
      </Cell>
      <Cell wide className="max-w-40 truncate font-data text-data text-ink-2 xl:max-w-56">
        {line.runtimes.join(', ') || 'none yet'}
      </Cell>
    </tr>
  );
}
