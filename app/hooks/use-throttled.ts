import { useCallback, useEffect, useRef } from 'react';

/** Calls at most once in `everyMs`, the first time after `afterMs`, so that a burst of events asks the server once. */
export function useThrottled(work: () => void, everyMs: number, afterMs = 300): () => void {
  const latest = useRef(work);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  useEffect(() => {
    latest.current = work;
  });
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return useCallback(() => {
    if (timer.current !== undefined) return;
    const wait = Math.max(afterMs, last.current + everyMs - Date.now());
    timer.current = setTimeout(() => {
      timer.current = undefined;
      last.current = Date.now();
      latest.current();
    }, wait);
  }, [everyMs, afterMs]);
}
