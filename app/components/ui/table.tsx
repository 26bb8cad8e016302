import clsx from 'clsx';
import type { ReactNode } from 'react';

export interface Column {
  words: string;
  /** Columns a phone leaves out; what matters of them stands in the first cell there. */
  wide?: boolean;
  end?: boolean;
}

/** A plain table on hard rules: named, with headings that say what each column is. */
export function Table({
  caption,
  columns,
  children,
}: {
  caption: string;
  columns: readonly Column[];
  children: ReactNode;
}) {
  return (
    <table className="w-full border-collapse text-left">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr className="border-b-2 border-line-2 bg-surface-1">
          {columns.map((column) => (
            <th
              key={column.words}
              scope="col"
              className={clsx('engraved px-3 py-1.5 text-micro text-ink-3 lg:px-4', cellShape(column))}
            >
              {column.words}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** Classes of a cell that belongs to this column. */
export function cellShape({ wide, end }: Pick<Column, 'wide' | 'end'>): string {
  return clsx(wide && 'hidden md:table-cell', end && 'text-right');
}

export function Cell({
  children,
  wide = false,
  end = false,
  className,
}: {
  children: ReactNode;
  wide?: boolean;
  end?: boolean;
  className?: string;
}) {
  return (
    <td className={clsx('min-w-0 px-3 py-row align-top lg:px-4', cellShape({ wide, end }), className)}>{children}</td>
  );
}
