import clsx from 'clsx';
import { useEffect, useState } from 'react';
import { contrast, textPairs } from '../contrast.ts';
import { colourTokens, spaces, typeScale } from '../styleguide-tokens.ts';
import { Cell, Table } from './ui/table.tsx';

/** The tokens as the page has them now; read again when theme or density change. */
function useTokens(names: readonly string[]): Readonly<Record<string, string>> {
  const [values, setValues] = useState<Record<string, string>>({});
  const wanted = names.join(' ');
  useEffect(() => {
    const read = () => {
      const style = getComputedStyle(document.documentElement);
      setValues(
        Object.fromEntries(wanted.split(' ').map((name) => [name, style.getPropertyValue(`--${name}`).trim()])),
      );
    };
    read();
    const observer = new MutationObserver(read);
    observer.observe(document.documentElement, { attributes: true });
    const system = matchMedia('(prefers-color-scheme: light)');
    system.addEventListener('change', read);
    return () => {
      observer.disconnect();
      system.removeEventListener('change', read);
    };
  }, [wanted]);
  return values;
}

const colourNames = colourTokens.map((name) => `color-${name}`);

/** `#fff` as the minifier writes it, as `#ffffff`. */
function whole(hex: string): string {
  return /^#[0-9a-f]{3}$/i.test(hex) ? `#${[...hex.slice(1)].map((digit) => digit + digit).join('')}` : hex;
}

export function Colours() {
  const values = useTokens(colourNames);
  return (
    <ul className="grid grid-cols-2 gap-px bg-line-1 sm:grid-cols-3">
      {colourTokens.map((name) => (
        <li key={name} className="flex items-center gap-3 bg-surface-0 px-3 py-2">
          <span
            aria-hidden="true"
            className="size-8 border border-line-3"
            style={{ background: `var(--color-${name})` }}
          />
          <span className="font-data text-micro">
            <b className="block">{name}</b>
            {values[`color-${name}`]}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Every pair of text and ground in use, set in itself, with the contrast it has in the theme shown now. */
export function Pairs() {
  const values = useTokens(colourNames);
  return (
    <ul className="grid grid-cols-2 gap-px bg-line-1 sm:grid-cols-4 xl:grid-cols-8">
      {textPairs.map(([text, ground]) => {
        const [a, b] = [whole(values[`color-${text}`] ?? ''), whole(values[`color-${ground}`] ?? '')];
        const ratio = /^#[0-9a-f]{6}$/i.test(a) && /^#[0-9a-f]{6}$/i.test(b) ? contrast(a, b) : null;
        return (
          <li
            key={`${text} ${ground}`}
            style={{ color: `var(--color-${text})`, background: `var(--color-${ground})` }}
            className="px-3 py-2 font-data text-micro"
          >
            <b className="block">{text}</b>
            on {ground}
            <span className={clsx('block', ratio !== null && ratio < 7 && 'line-through')}>
              {ratio === null ? 'by the system' : `${ratio.toFixed(1)} : 1`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

export function Types() {
  const values = useTokens(typeScale.map(({ name }) => `text-${name}`));
  return (
    <ul>
      {typeScale.map(({ name, use }) => (
        <li key={name} className="border-b border-line-1 px-3 py-2 lg:px-4">
          <span className="flex flex-wrap items-baseline gap-x-4" style={{ fontSize: `var(--text-${name})` }}>
            <span className="font-words">Session</span>
            <span className="font-data">IND-1042</span>
            <span className="engraved">Engraved</span>
          </span>
          <span className="text-data text-ink-2">
            {name}, {values[`text-${name}`]}: {use}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Spaces() {
  const values = useTokens(spaces.map(({ name }) => name));
  return (
    <Table caption="Space" columns={[{ words: 'Token' }, { words: 'Now' }, { words: 'Use' }]}>
      {spaces.map(({ name, use }) => (
        <tr key={name} className="border-b border-line-1">
          <Cell className="font-data text-data">{name}</Cell>
          <Cell className="font-data text-data">{values[name]}</Cell>
          <Cell>{use}</Cell>
        </tr>
      ))}
    </Table>
  );
}
