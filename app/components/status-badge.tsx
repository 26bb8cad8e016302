import clsx from 'clsx';
import { type Sign, toneBlock, toneRule, toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';

/** A state as word and shape: inverse video when it is live, an outline when it is not. */
export function StatusBadge({ sign, size = 'normal' }: { sign: Sign; size?: 'normal' | 'large' }) {
  return (
    <span
      title={sign.meaning}
      className={clsx(
        'inline-flex items-center gap-1.5 whitespace-nowrap border font-data font-bold',
        size === 'large' ? 'px-3 py-1 text-body' : 'px-1.5 text-micro leading-5',
        sign.inverse
          ? clsx(toneBlock[sign.tone], 'border-transparent')
          : clsx(toneText[sign.tone], toneRule[sign.tone]),
      )}
    >
      <Glyph name={sign.glyph} size={size === 'large' ? 16 : 12} />
      {sign.word}
    </span>
  );
}
