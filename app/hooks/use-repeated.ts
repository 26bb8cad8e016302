import { useEffect } from 'react';
import { useRevalidator } from 'react-router';

/** Loads the page's data again every so many seconds, for what no event tells of; null: not now. */
export function useRepeated(seconds: number | null): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (seconds === null) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void revalidate();
    }, seconds * 1_000);
    return () => clearInterval(timer);
  }, [seconds, revalidate]);
}
