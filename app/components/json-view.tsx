import { jsonTokens, type TokenKind } from '../json-tokens.ts';

/** Longer ones are cut: thousands of coloured pieces would stop the page. */
const shown = 20_000;

const colours: Record<TokenKind, string> = {
  key: 'text-stream',
  text: 'text-ink-1',
  number: 'text-caution',
  word: 'text-live',
  mark: 'text-ink-3',
};

/** A value as JSON in syntax colours; the first 20,000 characters of it. */
export function JsonView({ value }: { value: unknown }) {
  const text = JSON.stringify(value, null, 2) ?? 'undefined';
  const cut = text.length > shown;
  return (
    <>
      <pre className="whitespace-pre-wrap break-words text-data leading-5">
        <code>
          {jsonTokens(text.slice(0, shown)).map(({ kind, text: piece }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place in a text that does not change
            <span key={index} className={colours[kind]}>
              {piece}
            </span>
          ))}
        </code>
      </pre>
      {cut && (
        <p className="font-data text-micro text-ink-2">
          {(text.length - shown).toLocaleString('en-US')} more characters are not shown; the file of the export has
          them.
        </p>
      )}
    </>
  );
}
