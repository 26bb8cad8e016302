// A page is drawn before its script hears keys: what a person presses meanwhile is kept and carried out afterwards.

/** Stands in the head, before anything is drawn. Keys in fields are not looked at: they are text, a password perhaps. */
export const earlyKeysScript = `{
  const kept = [];
  const keep = (event) => {
    const nowhere = event.target === document.body || event.target === document.documentElement;
    if (nowhere && !event.ctrlKey && !event.metaKey && kept.length < 20) kept.push(event);
  };
  document.addEventListener('keydown', keep);
  window.takeEarlyKeys = () => {
    document.removeEventListener('keydown', keep);
    return kept.splice(0);
  };
}`;

declare global {
  interface Window {
    takeEarlyKeys?: () => KeyboardEvent[];
  }
}

/** Longer ago than this, in ms, it was meant for something else: the page before, or a page without keys. */
const meantMs = 15_000;

/** What was pressed since the page was drawn, oldest first; once, and none from then on. */
export function takeEarlyKeys(now: number): readonly KeyboardEvent[] {
  return (window.takeEarlyKeys?.() ?? []).filter((event) => now - event.timeStamp <= meantMs);
}
