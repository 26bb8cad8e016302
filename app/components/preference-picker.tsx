import clsx from 'clsx';
import { Form, useLocation } from 'react-router';
import { type Preferences, preferenceWords } from '../preferences.ts';

/** The choices of one preference, each a button of the same form: no script is needed and the page never flashes. */
export function PreferencePicker({ name, preferences }: { name: keyof Preferences; preferences: Preferences }) {
  const { pathname } = useLocation();
  return (
    <Form method="post" action="/preferences" preventScrollReset className="grid gap-px bg-line-1 sm:grid-cols-2">
      <input type="hidden" name="back" value={pathname} />
      {Object.entries(preferenceWords[name]).map(([choice, { word, meaning }]) => (
        <button
          key={choice}
          type="submit"
          name={name}
          value={choice}
          aria-pressed={choice === preferences[name]}
          className={clsx(
            'min-h-11 cursor-pointer px-3 py-2 text-left lg:px-4',
            choice === preferences[name] ? 'bg-inverse text-on-inverse' : 'bg-surface-0 hover:bg-surface-2',
          )}
        >
          <span className="engraved block text-data">{word}</span>
          <span className="block text-data">{meaning}</span>
        </button>
      ))}
    </Form>
  );
}
