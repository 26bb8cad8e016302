import { useHydrated } from '../../hooks/use-hydrated.ts';

/** Keys as they are engraved on a keyboard; the command key where the machine has one. */
export function Keys({ shown }: { shown: readonly string[] }) {
  const apple = useHydrated() && /Mac|iP(hone|ad)/.test(navigator.platform);
  return (
    <span className="flex shrink-0 items-center gap-1">
      {shown.map((stroke) => (
        <kbd
          key={stroke}
          className="min-w-7 border border-line-3 bg-surface-0 px-1.5 text-center text-micro leading-6 text-ink-1"
        >
          {apple ? stroke.replace('Ctrl ', '⌘ ') : stroke}
        </kbd>
      ))}
    </span>
  );
}
