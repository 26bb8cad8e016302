import clsx from 'clsx';
import { Form, useLocation } from 'react-router';
import { type Theme, themes, themeWords } from '../theme.ts';

/** Four choices, each a button of its own form: no script is needed and the page never flashes. */
export function ThemePicker({ theme }: { theme: Theme }) {
  const { pathname } = useLocation();
  return (
    <Form method="post" action="/theme" preventScrollReset className="grid gap-px bg-line-1 sm:grid-cols-2">
      <input type="hidden" name="back" value={pathname} />
      {themes.map((choice) => (
        <button
          key={choice}
          type="submit"
          name="theme"
          value={choice}
          aria-pressed={choice === theme}
          className={clsx(
            'min-h-11 cursor-pointer px-3 py-2 text-left lg:px-4',
            choice === theme ? 'bg-inverse text-on-inverse' : 'bg-surface-0 hover:bg-surface-2',
          )}
        >
          <span className="engraved block text-data">{themeWords[choice].word}</span>
          <span className="block text-data">{themeWords[choice].meaning}</span>
        </button>
      ))}
    </Form>
  );
}
