import type { ReactNode } from 'react';
import { tileKeys, tileSigns } from '../annunciator.ts';

/** The frame of the pages outside the room: the product's plate with its dark annunciator, and one form. */
export function Gate({ title, note, children }: { title: string; note: ReactNode; children: ReactNode }) {
  return (
    <div className="grid min-h-dvh grid-rows-[auto_1fr] lg:grid-cols-[5fr_7fr] lg:grid-rows-1">
      <link rel="icon" type="image/svg+xml" href="/icon-clear.svg" />
      <header className="flex flex-col justify-between gap-6 border-b-4 border-line-2 bg-surface-1 p-4 lg:border-b-0 lg:border-r-4 lg:p-8">
        <p className="engraved text-title font-bold leading-8 lg:text-figure lg:leading-[1.05]">
          OpenCode
          <br />
          Industrial
          <br />
          Orchestrator
        </p>
        <ul aria-hidden="true" className="hidden grid-cols-2 gap-px bg-line-1 lg:grid">
          {tileKeys.map((key) => (
            <li key={key} className="engraved bg-surface-1 px-3 py-3 text-data text-ink-3">
              {tileSigns[key].word}
            </li>
          ))}
        </ul>
      </header>
      <main className="flex flex-col justify-center px-4 py-8 lg:px-16">
        <div className="w-full max-w-xl">
          <h1 className="engraved text-title font-bold">{title}</h1>
          <div className="mb-6 mt-1 max-w-prose text-ink-2">{note}</div>
          {children}
        </div>
      </main>
    </div>
  );
}
