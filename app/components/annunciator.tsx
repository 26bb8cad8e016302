import clsx from 'clsx';
import { Form, Link, useLocation } from 'react-router';
import { type Acknowledged, type Tile, type TileKey, tileSigns, tileWords, unseen } from '../annunciator.ts';
import { useRung } from '../hooks/use-rung.ts';
import { toneBlock, toneColor, toneText } from '../status.ts';
import { Age } from './age.tsx';
import { Glyph } from './glyph.tsx';

interface AnnunciatorProps {
  tiles: readonly Tile[];
  acknowledged: Acknowledged;
  onAcknowledge: (keys: readonly TileKey[]) => void;
}

/**
 * The strip of engraved tiles at the top of every page. Dark when clear; lit when its condition stands, after two
 * blinks steady until acknowledged; then a calm outline for as long as the condition lasts.
 */
export function Annunciator({ tiles, acknowledged, onAcknowledge }: AnnunciatorProps) {
  const ringing = useRung(tiles, acknowledged);
  return (
    <nav aria-label="Annunciator" className="border-b-4 border-line-2 bg-surface-0">
      <ul className="grid grid-cols-4 gap-px bg-line-1 lg:grid-cols-8">
        {tiles.map((tile) => (
          <li key={tile.key} className="flex bg-surface-0">
            <TileLink
              tile={tile}
              fresh={unseen(tile, acknowledged)}
              rings={ringing.has(tile.key)}
              onOpen={() => onAcknowledge([tile.key])}
            />
          </li>
        ))}
      </ul>
      <Announcer tiles={tiles} />
    </nav>
  );
}

function reading(tile: Tile): string {
  if (!tile.lit) return 'clear';
  if (tile.key === 'link') return 'lost';
  return tile.count > 0 ? String(tile.count) : 'stands';
}

interface TileLinkProps {
  tile: Tile;
  fresh: boolean;
  /** It began just now: it blinks twice. */
  rings: boolean;
  onOpen: () => void;
}

function TileLink({ tile, fresh, rings, onOpen }: TileLinkProps) {
  const sign = tileSigns[tile.key];
  const style: React.CSSProperties & Record<'--tile', string> = { '--tile': toneColor[sign.tone] };
  return (
    <Link
      to={tile.href}
      onClick={onOpen}
      title={tile.detail}
      // A new beginning is a new element, so that the two blinks run again.
      key={`${tile.lit} ${tile.since?.getTime() ?? 0} ${fresh}`}
      style={style}
      className={clsx(
        'flex min-h-12 w-full flex-col justify-center gap-0.5 px-2 py-1 max-[22.4rem]:px-1 lg:min-h-14 lg:px-3',
        !tile.lit && 'text-ink-3 hover:bg-surface-2',
        tile.lit && fresh && [toneBlock[sign.tone], rings && 'blink-twice'],
        tile.lit && !fresh && [toneText[sign.tone], 'border-l-4 border-current bg-surface-2 hover:bg-surface-3'],
      )}
    >
      <span className="flex items-center justify-between gap-1">
        <span className="engraved whitespace-nowrap text-micro tracking-normal sm:text-data sm:tracking-wider">
          {sign.word}
        </span>
        <Glyph name={tile.lit ? sign.glyph : 'ring'} size={12} />
      </span>
      <span className="flex items-baseline justify-between gap-1 font-data text-micro">
        <span className={clsx(tile.lit && 'font-bold')}>{reading(tile)}</span>
        {tile.lit && tile.since !== null && (
          <span className="hidden sm:inline">
            <Age since={tile.since} />
          </span>
        )}
      </span>
    </Link>
  );
}

/** The panel's one ACK key: lit while a tile asks to be seen, always in its place so that nothing moves. */
export function AcknowledgeKey({ tiles, acknowledged, onAcknowledge }: AnnunciatorProps) {
  const fresh = tiles.filter((tile) => unseen(tile, acknowledged));
  const none = fresh.length === 0;
  const { pathname, search } = useLocation();
  return (
    <Form
      method="post"
      action="/acknowledge"
      className="flex"
      onSubmit={(event) => {
        event.preventDefault();
        onAcknowledge(fresh.map((tile) => tile.key));
      }}
    >
      <input type="hidden" name="back" value={pathname + search} />
      <button
        type="submit"
        disabled={none}
        aria-label={none ? 'Ack: nothing to acknowledge' : `Ack ${fresh.map(tileWords).join(', ')}`}
        title={none ? 'Nothing to acknowledge' : 'Acknowledge what is lit'}
        className={clsx(
          'engraved min-h-11 min-w-11 border-x border-line-1 px-3 text-data lg:px-4',
          none ? 'text-ink-3' : 'cursor-pointer bg-inverse text-on-inverse hover:bg-surface-0 hover:text-ink-1',
        )}
      >
        Ack
      </button>
    </Form>
  );
}

/** Read aloud when it changes: what needs a person at once, everything else when there is a pause. */
function Announcer({ tiles }: { tiles: readonly Tile[] }) {
  const say = (keys: readonly TileKey[]) =>
    tiles
      .filter((tile) => tile.lit && keys.includes(tile.key))
      .map((tile) => `${tileWords(tile)}. ${tile.detail}`)
      .join(' ');
  return (
    <>
      <p className="sr-only" aria-live="assertive" role="alert">
        {say(['needs_you', 'approval', 'link'])}
      </p>
      <p className="sr-only" aria-live="polite" role="status">
        {say(['conflict', 'failed', 'quota', 'runtime', 'queue'])}
      </p>
    </>
  );
}
