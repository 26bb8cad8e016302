import clsx from 'clsx';
import type { Load } from '../../server/domain/agent.ts';
import { loadSigns } from '../agent-status.ts';
import { toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';

const width = 240;
const height = 12;

/** Places taken of places there are, one block a place, with the level as a word. More than it can hold stands out at the end. */
export function LoadGauge({ load }: { load: Load }) {
  const sign = loadSigns[load.level];
  const wrong = sign.tone === 'caution' || sign.tone === 'broken';
  const places = Math.max(load.max, load.current);
  const step = width / places;
  // Past this many the blocks would be thinner than the gaps between them.
  const gap = places > 60 ? 0 : 2;
  return (
    <span className="block">
      <span className="flex items-baseline justify-between gap-2 font-data text-micro">
        <span className={clsx('flex items-center gap-1.5 font-bold', toneText[sign.tone])} title={sign.meaning}>
          <Glyph name={sign.glyph} size={12} />
          {sign.word}
        </span>
        <span>
          {load.current} of {load.max}
          <span className="sr-only"> places taken</span>
        </span>
      </span>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        focusable="false"
        className={clsx('mt-1 block h-3 w-full', wrong ? toneText[sign.tone] : 'text-live')}
      >
        {Array.from({ length: places }, (_, place) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place
            key={place}
            x={place * step}
            y={place < load.max ? 0 : 3}
            width={Math.max(1, step - gap)}
            height={place < load.max ? height : height - 6}
            fill={place < load.current ? 'currentColor' : 'none'}
            // A free place is an empty box in every theme.
            stroke={place < load.current ? 'none' : 'var(--color-line-2)'}
            vectorEffect="non-scaling-stroke"
          />
        ))}
      </svg>
    </span>
  );
}
