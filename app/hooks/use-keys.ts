import { useEffect, useRef, useState } from 'react';
import { takeEarlyKeys } from '../early-keys.ts';
import { takesKeys } from '../hands/rows.ts';
import { createKeyReader, type Pressed } from '../keys.ts';

/** Tells each key of the one map that was pressed where it counts; `singles` off leaves only the palette's. */
export function useKeys(singles: boolean, onPressed: (pressed: Pressed) => void): void {
  const latest = useRef(onPressed);
  const [read] = useState(createKeyReader);
  useEffect(() => {
    latest.current = onPressed;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const pressed = read(event, singles && !takesKeys(event.target), event.timeStamp);
      if (pressed.action === null) return;
      event.preventDefault();
      latest.current(pressed);
    };
    document.addEventListener('keydown', listen);
    for (const event of takeEarlyKeys(performance.now())) listen(event);
    // The sign that keys are heard: before it a page is drawn, but deaf.
    document.documentElement.dataset.keys = singles ? 'all' : 'palette';
    return () => {
      document.removeEventListener('keydown', listen);
      delete document.documentElement.dataset.keys;
    };
  }, [read, singles]);
}
