import { percent } from '../format.ts';

/** Completed of total, as blocks when they can be counted at a glance and as one bar when they cannot. */
export function ProgressBar({
  completed,
  total,
  live = false,
  wide = false,
}: {
  completed: number;
  total: number;
  live?: boolean;
  wide?: boolean;
}) {
  const words = total === 0 ? 'no plan yet' : `${completed} / ${total}`;
  const fill = live ? 'bg-live' : 'bg-ink-2';
  return (
    <span className="flex min-w-0 items-center gap-2 font-data text-data">
      <span className="whitespace-nowrap">
        {words}
        <span className="sr-only"> tasks completed</span>
      </span>
      {total > 0 && (
        <span
          aria-hidden="true"
          title={percent(completed / total)}
          className={`flex h-3 w-full min-w-8 gap-px ${wide ? '' : 'max-w-40'}`}
        >
          {total <= 16 ? (
            Array.from({ length: total }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: blocks are their position
              <span key={index} className={`flex-1 ${index < completed ? fill : 'bg-surface-3'}`} />
            ))
          ) : (
            <span className="w-full bg-surface-3">
              <span className={`block h-full ${fill}`} style={{ width: percent(completed / total).replace(' ', '') }} />
            </span>
          )}
        </span>
      )}
    </span>
  );
}
