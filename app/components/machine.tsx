import clsx from 'clsx';
import { Link } from 'react-router';
import { bytes } from '../format.ts';
import { runtimeSigns, toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';
import { Panel } from './page.tsx';

interface Part {
  readonly ok: boolean;
  readonly detail: string;
}

interface MachineProps {
  parts: Readonly<Record<string, Part>>;
  runtime: { version: string | null; state: keyof typeof runtimeSigns; residentBytes: number | null };
  version: string;
}

/** One line a part while it is well; its sentence as soon as it is not. */
export function Machine({ parts, runtime, version }: MachineProps) {
  const sign = runtimeSigns[runtime.state];
  return (
    <Panel title="Machine" id="machine" aside={`version ${version}`}>
      <ul className="text-data">
        <li className="flex items-center justify-between gap-3 border-b border-line-1 px-3 py-0.5 lg:px-4">
          <Link to="/runtimes" className="flex min-h-11 items-center underline xl:min-h-6 pointer-coarse:min-h-11">
            OpenCode {runtime.version ?? ''}
          </Link>
          <span className="flex items-center gap-2 font-data text-micro">
            {runtime.residentBytes !== null && bytes(runtime.residentBytes)}
            <span className={clsx('flex items-center gap-1 font-bold', toneText[sign.tone])} title={sign.meaning}>
              <Glyph name={sign.glyph} size={10} />
              {sign.word}
            </span>
          </span>
        </li>
        {Object.entries(parts)
          .filter(([name]) => name !== 'runtime')
          .map(([name, part]) => (
            <li
              key={name}
              className="flex items-start gap-3 border-b border-line-1 px-3 py-0.5 last:border-b-0 lg:px-4"
            >
              <span className="capitalize">{name}</span>
              <span
                title={part.detail}
                className={clsx(
                  'ml-auto min-w-0 text-right font-data text-micro leading-5',
                  part.ok ? 'truncate text-ink-2' : 'break-words text-broken',
                )}
              >
                {part.ok ? gist(part.detail) : part.detail}
              </span>
              <span className={clsx('pt-1.5', part.ok ? 'text-ink-3' : 'text-broken')}>
                <Glyph name={part.ok ? 'check' : 'cross'} size={10} />
                <span className="sr-only">{part.ok ? 'well' : 'not well'}</span>
              </span>
            </li>
          ))}
      </ul>
    </Panel>
  );
}

/** Up to its first pause: while a part is well that is enough, and it fits its line. */
function gist(detail: string): string {
  return detail.split(/[,;(]/, 1)[0]?.trim() ?? detail;
}
