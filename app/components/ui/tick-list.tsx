import clsx from 'clsx';

interface TickListProps {
  /** The field whose values are ticked. */
  name: string;
  choices: readonly { value: string; words: string }[];
  ticked: readonly (string | undefined)[];
  /** How many stand beside each other, and how high it grows. */
  className?: string;
}

/** Values to tick, each a row that is hit as a whole. */
export function TickList({ name, choices, ticked, className }: TickListProps) {
  return (
    <div className={clsx('grid gap-px border border-line-3 bg-line-1', className)}>
      {choices.map(({ value, words }) => (
        <label
          key={value}
          className="flex min-h-11 cursor-pointer items-center gap-3 bg-surface-0 px-3 font-data text-data has-checked:bg-surface-3"
        >
          <input type="checkbox" name={name} value={value} defaultChecked={ticked.includes(value)} className="size-5" />
          {words}
        </label>
      ))}
    </div>
  );
}
