import { JsonView } from './json-view.tsx';

/** A value as JSON in a frame of its own, which scrolls when it is long. */
export function JsonFrame({ value }: { value: unknown }) {
  return (
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-96 overflow-auto border border-line-1 bg-surface-1 p-2"
    >
      <JsonView value={value} />
    </div>
  );
}
