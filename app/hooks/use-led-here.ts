import { type RefObject, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

const deskWidth = 1_000;

/** Where one pane is shown at a time, whoever chose a thing is led to it. On a desk it is in sight already. */
export function useLedHere(leads: boolean): RefObject<HTMLElement | null> {
  const section = useRef<HTMLElement>(null);
  const { key } = useLocation();
  // The key of a page that was loaded, not come to: what it focuses is the browser's.
  const chosen = key !== 'default';
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per thing, which whoever uses it is keyed by
  useEffect(() => {
    if (!leads || window.innerWidth >= deskWidth) return;
    section.current?.scrollIntoView();
    if (chosen) section.current?.focus({ preventScroll: true });
  }, []);
  return section;
}
