/** One measured figure: the median over the rounds, with its extremes, and the goal it is held against. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly samples: number;
  readonly goal?: Goal | undefined;
}

export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** The figure of these samples. */
export function figure(name: string, unit: string, samples: readonly number[], goal?: Goal): Figure {
  const sorted = samples.toSorted((a, b) => a - b);
  return {
    name,
    unit,
    median: rounded(percentile(sorted, 0.5)),
    min: rounded(sorted[0] ?? Number.NaN),
    max: rounded(sorted.at(-1) ?? Number.NaN),
    samples: sorted.length,
    ...(goal === undefined ? {} : { goal }),
  };
}

/** The value at a share of the sorted samples: the one below which that share lies. */
export function percentile(sorted: readonly number[], share: number): number {
  if (sorted.length === 0) throw new Error('There is nothing to take a percentile of.');
  const place = (sorted.length - 1) * share;
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}

/** Whether the median meets the goal; null without one. */
export function met({ median, goal }: Figure): boolean | null {
  if (goal === undefined) return null;
  return 'atMost' in goal ? median <= goal.atMost : median >= goal.atLeast;
}

/** The figures as lines of equal columns. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((one) => [
    one.name,
    `${shown(one.median)} ${one.unit}`,
    one.samples === 1 ? '' : `[${shown(one.min)}..${shown(one.max)}]`,
    one.samples === 1 ? '' : `n=${one.samples}`,
    verdict(one),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `  ${line.trimEnd()}`)
    .join('\n');
}

function verdict(one: Figure): string {
  if (one.goal === undefined) return '';
  const goal = 'atMost' in one.goal ? `≤ ${shown(one.goal.atMost)}` : `≥ ${shown(one.goal.atLeast)}`;
  return `${met(one) ? 'meets' : 'MISSES'} ${goal}`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function shown(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(rounded(value));
}
