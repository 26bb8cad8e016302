import { useEffect, useRef, useSyncExternalStore } from 'react';
import { useNavigate } from 'react-router';
import type { Tile } from '../annunciator.ts';
import { type CallChoice, callChoiceFrom, callName, callsFor, callWords, waitsIn } from '../call.ts';

const choiceKey = 'call';
const lastKey = 'call.last';
const changed = 'call-changed';

/** What this device was asked to do when someone is needed; silence on the server and until it is known. */
export function useCallChoice(): [CallChoice, (choice: CallChoice) => void] {
  const stored = useSyncExternalStore(
    subscribe,
    () => localStorage.getItem(choiceKey),
    () => null,
  );
  return [callChoiceFrom(stored), choose];
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('storage', listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener('storage', listener);
    window.removeEventListener(changed, listener);
  };
}

function choose(choice: CallChoice): void {
  localStorage.setItem(choiceKey, JSON.stringify(choice));
  window.dispatchEvent(new Event(changed));
}

/** Calls once per beginning, whichever tab hears of it first; what stood when the page was loaded calls nobody. */
export function useCall(tiles: readonly Tile[]): void {
  const [choice] = useCallChoice();
  const navigate = useNavigate();
  const before = useRef(waitsIn(tiles));
  useEffect(() => {
    const calls = callsFor(tiles, before.current);
    before.current = waitsIn(tiles);
    if (calls.length === 0 || (!choice.notify && !choice.sound)) return;
    void firstToCall(callName(calls)).then(async (mine) => {
      if (!mine) return;
      if (choice.sound) await (await import('../tone.ts')).soundTone();
      if (choice.notify && !document.hasFocus()) {
        const { title, body, href } = callWords(calls);
        showNotification(title, body, () => void navigate(href));
      }
    });
  }, [tiles, choice.notify, choice.sound, navigate]);
}

/** Whether no other tab has made this call. */
async function firstToCall(name: string): Promise<boolean> {
  const claim = () => {
    if (localStorage.getItem(lastKey) === name) return false;
    localStorage.setItem(lastKey, name);
    return true;
  };
  // Locks need a secure page; without them two tabs may call at once, which is only loud.
  return navigator.locks === undefined ? claim() : navigator.locks.request('call', async () => claim());
}

/** Whether this browser shows notifications of a page at all, and whether it may. */
export function notificationState(): 'unsupported' | NotificationPermission {
  return typeof Notification === 'undefined' ? 'unsupported' : Notification.permission;
}

function showNotification(title: string, body: string, onOpen: () => void): void {
  if (notificationState() !== 'granted') return;
  try {
    const shown = new Notification(title, { body, tag: 'needs-you', icon: '/icon-waiting.svg' });
    shown.onclick = () => {
      window.focus();
      shown.close();
      onOpen();
    };
  } catch (error) {
    // Some phones know the word and show them for installed apps only.
    console.warn('The notification could not be shown.', error);
  }
}
