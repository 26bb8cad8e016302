import { cva } from 'class-variance-authority';
import clsx from 'clsx';
import { type ButtonHTMLAttributes, type MouseEvent, type ReactNode, useId, useState } from 'react';

export type Weight = 'plain' | 'weighty' | 'broken';

export const buttonShape = cva(
  'engraved inline-flex min-h-11 cursor-pointer items-center justify-center gap-2 border-2 px-4 text-data disabled:cursor-not-allowed aria-disabled:cursor-not-allowed',
  {
    variants: {
      weight: {
        plain:
          'border-line-3 bg-surface-0 text-ink-1 hover:bg-surface-3 disabled:border-line-1 disabled:bg-surface-0 disabled:text-ink-3 aria-disabled:border-line-1! aria-disabled:bg-surface-0! aria-disabled:text-ink-3!',
        weighty:
          'border-inverse bg-inverse text-on-inverse hover:bg-surface-0 hover:text-ink-1 disabled:border-line-1 disabled:bg-surface-1 disabled:text-ink-3 aria-disabled:border-line-1! aria-disabled:bg-surface-1! aria-disabled:text-ink-3!',
        broken:
          'border-broken bg-surface-0 text-broken hover:bg-broken hover:text-on-signal disabled:border-line-1 disabled:bg-surface-0 disabled:text-ink-3 aria-disabled:border-line-1! aria-disabled:bg-surface-0! aria-disabled:text-ink-3!',
      } satisfies Record<Weight, string>,
    },
    defaultVariants: { weight: 'plain' },
  },
);

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  weight?: Weight;
}

/**
 * What keeps the focus where it is: a button that becomes disabled under it would lose it to nothing, so it only says
 * that it is disabled, and does nothing, until the focus has left it.
 */
function useBarred(barred: boolean, given: Pick<ButtonHTMLAttributes<HTMLButtonElement>, 'onClick'>) {
  const [held, setHeld] = useState(false);
  return {
    disabled: barred && !held,
    'aria-disabled': barred && held ? true : undefined,
    onFocus: () => setHeld(true),
    onBlur: () => setHeld(false),
    onClick: (event: MouseEvent<HTMLButtonElement>) => (barred ? event.preventDefault() : given.onClick?.(event)),
  };
}

/** A hard-edged button of 44 px. */
export function Button({ weight = 'plain', className, type = 'button', disabled = false, ...rest }: ButtonProps) {
  const barred = useBarred(disabled, rest);
  return <button {...rest} {...barred} type={type} className={clsx(buttonShape({ weight }), className)} />;
}

interface BarProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'disabled' | 'children'> {
  label: string;
  /** What happens when it is pressed, in words. */
  consequence: ReactNode;
  /** Why it cannot be pressed now; null when it can. */
  refusal?: string | null;
  /** What it says while its request runs; disabled meanwhile. */
  pending?: string | null;
  weight?: Weight;
  /** In a narrow column the consequence stands under the word at every width of the window. */
  stacked?: boolean;
}

/** A weighty action: as wide as its place, its consequence on it, and the reason there when it is refused. */
export function Bar({
  label,
  consequence,
  refusal = null,
  pending = null,
  weight = 'weighty',
  stacked = false,
  className,
  type = 'submit',
  ...rest
}: BarProps) {
  const reason = useId();
  const barred = useBarred(refusal !== null || pending !== null, rest);
  return (
    <button
      {...rest}
      {...barred}
      type={type}
      aria-describedby={reason}
      className={clsx(
        buttonShape({ weight }),
        'w-full flex-col items-start! gap-0.5! py-2 text-left',
        stacked ? 'justify-start!' : 'sm:flex-row sm:items-center! sm:justify-between! sm:gap-4!',
        className,
      )}
    >
      <span className={stacked ? undefined : 'sm:whitespace-nowrap'}>{pending ?? label}</span>
      <span
        id={reason}
        className={clsx('font-words text-data font-normal normal-case tracking-normal', !stacked && 'sm:text-right')}
      >
        {refusal ?? consequence}
      </span>
    </button>
  );
}
