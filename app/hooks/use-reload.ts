import { useCallback, useEffect } from 'react';
import { useRevalidator } from 'react-router';

/** Whether the server answers at this moment; a probe costs it nothing. */
export async function serverAnswers(): Promise<boolean> {
  try {
    return (await fetch('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(3_000) })).ok;
  } catch {
    // No answer is the answer: the LINK tile tells the person.
    return false;
  }
}

/** Loads the page's data again, but only from a server that answers: a failed load would replace the page by an error. */
export function useReload(): () => void {
  const { revalidate } = useRevalidator();
  return useCallback(() => {
    void serverAnswers().then((answers) => (answers ? revalidate() : undefined));
  }, [revalidate]);
}

const everyMs = 2_000;

/** For a page that a lost server took away: brings it back by itself as soon as the server answers again. */
export function useComeback(lost: boolean): void {
  const reload = useReload();
  useEffect(() => {
    if (!lost) return;
    const timer = setInterval(reload, everyMs);
    return () => clearInterval(timer);
  }, [lost, reload]);
}
