import { keyActions, keyMap } from '../keys.ts';
import { placesFor } from '../places.ts';
import { Dialog } from './ui/dialog.tsx';
import { Keys } from './ui/key.tsx';

interface KeySheetProps {
  admin: boolean;
  /** Whether single letters are keys on this device. */
  singles: boolean;
  onClose: () => void;
}

/** Every key there is, drawn from the one map. */
export default function KeySheet({ admin, singles, onClose }: KeySheetProps) {
  const groups = ['Anywhere', 'In a list'] as const;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Keys"
      description={
        singles
          ? 'Single letters are off inside fields. They can be turned off under Account.'
          : 'Single letters are turned off on this device; Account turns them on.'
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reached by the keyboard */}
      <section className="overflow-y-auto" tabIndex={0} aria-label="All keys">
        {groups.map((group) => (
          <section key={group} aria-label={group}>
            <h3 className="engraved border-b border-line-2 bg-surface-2 px-4 py-1 text-micro text-ink-2">{group}</h3>
            <dl>
              {keyActions
                .filter((action) => keyMap[action].group === group)
                .map((action) => (
                  <Line key={action} words={keyMap[action].words} shown={keyMap[action].shown} />
                ))}
            </dl>
          </section>
        ))}
        <section aria-label="Rooms">
          <h3 className="engraved border-b border-line-2 bg-surface-2 px-4 py-1 text-micro text-ink-2">Rooms</h3>
          <dl className="sm:columns-2 sm:gap-px">
            {placesFor(admin).map((place) => (
              <Line key={place.to} words={place.word} shown={['G', place.letter]} />
            ))}
          </dl>
        </section>
      </section>
    </Dialog>
  );
}

function Line({ words, shown }: { words: string; shown: readonly string[] }) {
  return (
    <div className="flex min-h-11 break-inside-avoid items-center justify-between gap-4 border-b border-line-1 px-4">
      <dt>{words}</dt>
      <dd>
        <Keys shown={shown} />
      </dd>
    </div>
  );
}
