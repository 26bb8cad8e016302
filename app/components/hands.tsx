import { lazy, Suspense, useEffect, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { commandsHere, creator, currentRow, focusSearch, moveRow, type PageCommand, selectRow } from '../hands/rows.ts';
import { useKeys } from '../hooks/use-keys.ts';
import type { Pressed } from '../keys.ts';
import { afterThis } from '../next-session.ts';
import { placesFor } from '../places.ts';

// Only whoever asks for them loads them.
const Palette = lazy(() => import('./palette.tsx'));
const KeySheet = lazy(() => import('./key-sheet.tsx'));

interface HandsProps {
  admin: boolean;
  /** Whether single letters are keys on this device. */
  singles: boolean;
}

type Open =
  | { kind: 'palette'; commands: readonly PageCommand[]; session: string | null; only: boolean }
  | { kind: 'keys' }
  | null;

/** Loads the palette when its first key goes down, so that it is there with the second. */
function useEarlyPalette() {
  useEffect(() => {
    const listen = ({ key }: KeyboardEvent) => {
      if (key !== 'Control' && key !== 'Meta') return;
      document.removeEventListener('keydown', listen);
      void import('./palette.tsx');
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
}

/** Everything by keyboard: carries out the keys of the one map, wherever one is. */
export function Hands({ admin, singles }: HandsProps) {
  const [open, setOpen] = useState<Open>(null);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const showPalette = (only: boolean) =>
    setOpen({ kind: 'palette', commands: commandsHere(), session: currentRow()?.dataset.session ?? null, only });

  function onPressed({ action, letter }: Pressed) {
    switch (action) {
      case 'palette':
        return showPalette(false);
      case 'help':
        return setOpen({ kind: 'keys' });
      case 'commands':
        return showPalette(true);
      case 'search':
        if (!focusSearch()) showPalette(false);
        return;
      case 'down':
        return moveRow(1);
      case 'up':
        return moveRow(-1);
      case 'select':
        return selectRow();
      case 'create': {
        const own = creator();
        return own === null ? void navigate('/sessions/new') : own.click();
      }
      case 'next':
        return void navigate(`/sessions/-/next${afterThis(pathname)}`);
      case 'go': {
        const place = placesFor(admin).find((one) => one.letter === letter);
        return place && void navigate(place.to);
      }
    }
  }
  // What is typed while the palette is on its way is meant for it, not for the page.
  useKeys(singles && open === null, onPressed);
  useEarlyPalette();

  return (
    <Suspense>
      {open?.kind === 'palette' && (
        <Palette
          admin={admin}
          commands={open.commands}
          session={open.session}
          commandsOnly={open.only}
          onKeys={() => setOpen({ kind: 'keys' })}
          onClose={() => setOpen(null)}
        />
      )}
      {open?.kind === 'keys' && <KeySheet admin={admin} singles={singles} onClose={() => setOpen(null)} />}
    </Suspense>
  );
}
