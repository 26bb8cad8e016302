import clsx from 'clsx';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useFetcher, useLocation, useNavigate } from 'react-router';
import type { PageCommand } from '../hands/rows.ts';
import { keyMap } from '../keys.ts';
import { afterThis } from '../next-session.ts';
import { foundEntries, type PaletteEntry, type PaletteHit, shownEntries } from '../palette-entries.ts';
import { placesFor } from '../places.ts';
import { batchWords, offeredVerbs } from '../session-batch.ts';
import { Dialog } from './ui/dialog.tsx';
import { Keys } from './ui/key.tsx';

interface PaletteProps {
  admin: boolean;
  /** What can be done where the focus was. */
  commands: readonly PageCommand[];
  /** The session whose row that was. */
  session: string | null;
  commandsOnly: boolean;
  onKeys: () => void;
  onClose: () => void;
}

/** Find, go, act: one field and a list under it, by the keyboard alone if one likes. */
export default function Palette({ admin, commands, session, commandsOnly, onKeys, onClose }: PaletteProps) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const { hits, busy } = useFound(commandsOnly ? '' : typed);
  const list = useId();
  // A command that was chosen takes the focus itself.
  const after = useRef<(() => void) | null>(null);

  const entries = useMemo(
    () => [
      ...commandEntries(commands),
      ...orderEntries(session),
      ...(commandsOnly ? [] : ownEntries(admin, pathname, onKeys)),
    ],
    [commands, session, commandsOnly, admin, pathname, onKeys],
  );
  const shown = shownEntries([...entries, ...foundEntries(hits)], typed);
  const active = Math.min(at, shown.length - 1);

  function choose(entry: PaletteEntry | undefined) {
    if (entry === undefined || entry.refused === true) return;
    const { to, run } = entry;
    if (to !== null) void navigate(to);
    else after.current = run ?? null;
    onClose();
    if (after.current !== null) setTimeout(after.current);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const by = event.key === 'ArrowDown' ? 1 : -1;
      setAt((active + by + shown.length) % Math.max(1, shown.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      choose(shown[active]);
    }
  }

  const title = commandsOnly ? 'Commands' : 'Palette';
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description="Type, choose with the arrows, confirm with Enter."
      quiet
      onCloseAutoFocus={(event) => after.current !== null && event.preventDefault()}
    >
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={shown.length === 0 ? undefined : `${list}-${active}`}
        aria-label={commandsOnly ? 'Find a command' : 'Find, go, act'}
        placeholder={commandsOnly ? 'A command' : 'A session, an agent, a room, a command'}
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        className="control border-x-0 border-t-0 border-b-2 text-lead!"
      />
      <Entries list={list} shown={shown} active={active} onChoose={choose} onPoint={setAt} />
      <p role="status" className="border-t-2 border-line-2 px-4 py-2 text-data text-ink-2">
        {busy
          ? 'Looking…'
          : shown.length === 0
            ? 'Nothing matches. Try fewer letters.'
            : `${shown.length} to choose from`}
      </p>
    </Dialog>
  );
}

interface EntriesProps {
  list: string;
  shown: readonly PaletteEntry[];
  active: number;
  onChoose: (entry: PaletteEntry) => void;
  onPoint: (at: number) => void;
}

function Entries({ list, shown, active, onChoose, onPoint }: EntriesProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.querySelector(`#${CSS.escape(`${list}-${active}`)}`)?.scrollIntoView({ block: 'nearest' });
  }, [list, active]);
  const sections = [...new Set(shown.map((entry) => entry.section))];
  return (
    <div ref={box} id={list} role="listbox" aria-label="Choices" className="min-h-0 flex-1 overflow-y-auto sm:max-h-96">
      {sections.map((section) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
        <div key={section} role="group" aria-label={section}>
          <p aria-hidden="true" className="engraved bg-surface-2 px-4 py-1 text-micro text-ink-2">
            {section}
          </p>
          {shown.map((entry, index) =>
            entry.section !== section ? null : (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and takes the keys
              // biome-ignore lint/a11y/useFocusableInteractive: an option is pointed to by aria-activedescendant
              <div
                key={entry.id}
                id={`${list}-${index}`}
                role="option"
                aria-selected={index === active}
                aria-disabled={entry.refused === true}
                onClick={() => onChoose(entry)}
                onPointerMove={() => onPoint(index)}
                className={clsx(
                  'flex min-h-11 items-center justify-between gap-3 border-b border-line-1 px-4 py-1',
                  index === active && 'bg-inverse text-on-inverse',
                  entry.refused === true ? 'cursor-not-allowed' : 'cursor-pointer',
                )}
              >
                <span className="min-w-0">
                  <span className="block truncate">{entry.words}</span>
                  {entry.detail !== '' && (
                    <span className={clsx('block text-data', index !== active && 'text-ink-2')}>
                      {entry.refused === true && 'Not now: '}
                      {entry.detail}
                    </span>
                  )}
                </span>
                {entry.keys.length > 0 && <Keys shown={entry.keys} />}
              </div>
            ),
          )}
        </div>
      ))}
    </div>
  );
}

function commandEntries(commands: readonly PageCommand[]): PaletteEntry[] {
  return commands.map(({ words, detail, refused, run }, index) => ({
    id: `here ${index}`,
    section: 'Here',
    words,
    detail,
    keys: [],
    to: null,
    run,
    refused,
  }));
}

/** Orders for the session of a row: each leads to its consequence, where it is confirmed. */
function orderEntries(session: string | null): PaletteEntry[] {
  if (session === null) return [];
  return offeredVerbs.map((verb) => ({
    id: `order ${verb}`,
    section: 'Here',
    words: `${batchWords[verb].word} ${session}`,
    detail: batchWords[verb].consequence,
    keys: [],
    to: `/sessions/batch?verb=${verb}&s=${session}`,
  }));
}

function ownEntries(admin: boolean, pathname: string, onKeys: () => void): PaletteEntry[] {
  const entry = (words: string, keys: readonly string[], to: string | null, run?: () => void): PaletteEntry => ({
    id: words,
    section: 'Do',
    words,
    detail: '',
    keys,
    to,
    ...(run === undefined ? {} : { run }),
  });
  return [
    entry('New session', keyMap.create.shown, '/sessions/new'),
    entry('Next session that needs you', keyMap.next.shown, `/sessions/-/next${afterThis(pathname)}`),
    entry('Show all keys', keyMap.help.shown, null, onKeys),
    entry('Theme, density, keys and notifications', [], '/account'),
    ...placesFor(admin).map((place) => ({ ...entry(place.word, ['G', place.letter], place.to), section: 'Go' })),
  ];
}

/** What the server finds for the words, a moment after the last of them. */
function useFound(typed: string): { hits: readonly PaletteHit[]; busy: boolean } {
  const { load, data, state } = useFetcher<{ q: string; hits: PaletteHit[] }>({ key: 'palette' });
  const q = typed.trim();
  useEffect(() => {
    if (q === '') return;
    const timer = setTimeout(() => void load(`/palette?q=${encodeURIComponent(q)}`), 150);
    return () => clearTimeout(timer);
  }, [q, load]);
  const current = data !== undefined && data.q !== '' && q !== '' && q.startsWith(data.q.slice(0, 1));
  return { hits: current ? data.hits : [], busy: q !== '' && (state !== 'idle' || data?.q !== q) };
}
