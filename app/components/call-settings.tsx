import clsx from 'clsx';
import { useState } from 'react';
import { notificationState, useCallChoice } from '../hooks/use-call.ts';
import { useHydrated } from '../hooks/use-hydrated.ts';

/** How this device calls when someone is needed. Both are off until asked for; each can be tried where it is chosen. */
export function CallSettings() {
  const hydrated = useHydrated();
  const [choice, choose] = useCallChoice();
  const [said, setSaid] = useState('');
  if (!hydrated)
    return (
      <p className="px-3 py-3 text-ink-2 lg:px-4">Calls need JavaScript; without it the tiles stand on every page.</p>
    );

  async function toggleSound() {
    if (choice.sound) return choose({ ...choice, sound: false });
    const heard = await (await import('../tone.ts')).soundTone();
    setSaid(heard ? 'That was the tone.' : 'The browser does not let this page sound.');
    choose({ ...choice, sound: heard });
  }
  async function toggleNotify() {
    if (choice.notify) return choose({ ...choice, notify: false });
    if (notificationState() === 'unsupported') return setSaid('This browser shows no notifications of pages.');
    const granted = (await Notification.requestPermission()) === 'granted';
    setSaid(granted ? '' : 'The browser refused it for this site; its settings can allow it again.');
    choose({ ...choice, notify: granted });
  }

  return (
    <>
      <div className="grid gap-px bg-line-1 sm:grid-cols-2">
        <Toggle on={choice.notify} onToggle={() => void toggleNotify()} word="Notification">
          When the page is not in front: what waits, and for whom.
        </Toggle>
        <Toggle on={choice.sound} onToggle={() => void toggleSound()} word="Tone">
          One short tone. After a reload the browser lets it sound once the page was touched.
        </Toggle>
      </div>
      <p role="status" className={clsx('text-data text-ink-2', said !== '' && 'px-3 py-2 lg:px-4')}>
        {said}
      </p>
    </>
  );
}

interface ToggleProps {
  on: boolean;
  onToggle: () => void;
  word: string;
  children: string;
}

function Toggle({ on, onToggle, word, children }: ToggleProps) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onToggle}
      className={clsx(
        'min-h-11 cursor-pointer px-3 py-2 text-left lg:px-4',
        on ? 'bg-inverse text-on-inverse' : 'bg-surface-0 hover:bg-surface-2',
      )}
    >
      <span className="engraved block text-data">
        {word}: {on ? 'on' : 'off'}
      </span>
      <span className="block text-data">{children}</span>
    </button>
  );
}
