import { toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';

export interface Part {
  readonly ok: boolean;
  readonly detail: string;
  readonly degraded?: boolean | undefined;
}

/** The parts of the machine, one line each: grey while well. */
export function PartList({ parts }: { parts: Readonly<Record<string, Part>> }) {
  return (
    <ul>
      {Object.entries(parts).map(([name, part]) => {
        const tone = part.ok ? (part.degraded === true ? 'caution' : 'quiet') : 'broken';
        return (
          <li key={name} className="flex items-start gap-3 border-b border-line-1 px-3 py-2 lg:px-4">
            <span className={`pt-1 ${toneText[tone]}`}>
              <Glyph name={tone === 'quiet' ? 'check' : tone === 'caution' ? 'half' : 'cross'} size={12} />
            </span>
            <span className="min-w-0">
              <span className="engraved block text-data">{name.replaceAll('_', ' ')}</span>
              <span className={`block break-words text-data ${part.ok ? 'text-ink-2' : 'text-broken'}`}>
                {part.detail}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
