import { Scroller } from './scroller.tsx';

/** A text with its line numbers, which are neither selected nor read. */
export function YamlText({ text, label }: { text: string; label: string }) {
  const lines = text.replace(/\n$/, '').split('\n');
  return (
    <Scroller className="max-h-160" label={label}>
      <pre className="min-w-max py-2">
        {lines.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <span key={place} className="block">
            <span
              aria-hidden="true"
              className="mr-3 inline-block w-12 select-none border-r border-line-1 pr-2 text-right text-ink-3"
            >
              {place + 1}
            </span>
            {line}
            {'\n'}
          </span>
        ))}
      </pre>
    </Scroller>
  );
}
