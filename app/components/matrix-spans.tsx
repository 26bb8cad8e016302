import clsx from 'clsx';
import { Link } from 'react-router';
import { type MatrixSpan, matrixSpans } from '../../server/domain/matrix.ts';
import { spanWords } from '../matrix-words.ts';

interface MatrixSpansProps {
  limits: { readonly fits: number; readonly most: number };
  span: MatrixSpan;
  all: boolean;
  shown: number;
  total: number;
}

const spans = Object.keys(matrixSpans) as MatrixSpan[];

/** How much time the matrix shows, and whether it shows more rows than fit one screen: links, so they work without scripts. */
export function MatrixSpans({ limits, span, all, shown, total }: MatrixSpansProps) {
  return (
    <nav aria-label="Time shown" className="flex items-stretch">
      {total > limits.fits && (
        <Link
          to={all ? `?span=${span}` : `?span=${span}&rows=all`}
          preventScrollReset
          className="flex min-h-11 items-center px-3 font-data text-micro underline xl:min-h-8 pointer-coarse:min-h-11"
        >
          {all
            ? `${shown} of ${total}: show ${limits.fits}`
            : `${shown} of ${total}: show ${Math.min(total, limits.most)}`}
        </Link>
      )}
      {spans.map((one) => (
        <Link
          key={one}
          to={`?span=${one}${all ? '&rows=all' : ''}`}
          preventScrollReset
          aria-current={one === span ? 'true' : undefined}
          className={clsx(
            'flex min-h-11 min-w-11 items-center justify-center border-l border-line-1 px-3 font-data text-micro xl:min-h-8 pointer-coarse:min-h-11',
            one === span ? 'bg-inverse text-on-inverse' : 'text-ink-2 hover:bg-surface-2',
          )}
        >
          {spanWords[one]}
        </Link>
      ))}
    </nav>
  );
}
