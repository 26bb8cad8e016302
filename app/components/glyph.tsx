import type { ReactNode } from 'react';
import type { GlyphName } from '../status.ts';

// Drawn on a 16 × 16 grid with square ends; a word always stands beside it.
const shapes: Record<GlyphName, ReactNode> = {
  ring: <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="2" />,
  disc: <circle cx="8" cy="8" r="6.5" fill="currentColor" />,
  half: (
    <>
      <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
    </>
  ),
  bars: <path d="M3 2h4v12H3zM9 2h4v12H9z" fill="currentColor" />,
  square: <path d="M2 2h12v12H2z" fill="currentColor" />,
  frame: <path d="M3 3h10v10H3z" fill="none" stroke="currentColor" strokeWidth="2" />,
  check: <path d="m2 8.5 4 4 8-9" fill="none" stroke="currentColor" strokeWidth="2.5" />,
  cross: <path d="m3 3 10 10M13 3 3 13" fill="none" stroke="currentColor" strokeWidth="2.5" />,
  warning: (
    <>
      <path d="M8 1.5 15 14.5H1z" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M8 6v4M8 11.2v1.8" stroke="currentColor" strokeWidth="2" />
    </>
  ),
  diamond: <path d="m8 1 7 7-7 7-7-7z" fill="currentColor" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="2" />
      <path d="M8 4v4.5h3.5" fill="none" stroke="currentColor" strokeWidth="2" />
    </>
  ),
  question: (
    <>
      <path
        d="M4.5 5.5c0-2.2 1.6-3.5 3.5-3.5s3.5 1.2 3.5 3c0 2.3-3.5 2.4-3.5 5"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
      />
      <path d="M7 12h2v2.2H7z" fill="currentColor" />
    </>
  ),
  skip: <path d="m2 3 6 5-6 5zM9 3h1.5v10H9zM12 3h1.5v10H12z" fill="currentColor" />,
  dash: <path d="M2 7h12v2.5H2z" fill="currentColor" />,
  arrow: <path d="M2 8h10M8 3l5 5-5 5" fill="none" stroke="currentColor" strokeWidth="2" />,
  link: <path d="M1 8h4M11 8h4M5 4v8M11 4v8" fill="none" stroke="currentColor" strokeWidth="2" />,
  bell: <path d="M8 1v9M8 12v3" stroke="currentColor" strokeWidth="3" />,
};

/** A small shape; decoration to a screen reader, because the word says it. */
export function Glyph({ name, size = 14 }: { name: GlyphName; size?: number }) {
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false" className="shrink-0">
      {shapes[name]}
    </svg>
  );
}
