import { type RefObject, useEffect, useRef } from 'react';
import { useFetcher } from 'react-router';
import type { PlanAheadState } from '../components/plan-ahead.tsx';

// What a plan depends on; a tag or a limit changes nothing about it.
const decisive = /^(title|prompt|blueprint|blueprintParameters\..+|repositoryId|parallelism|model)$/;

/** Asks for the plan of what stands in the form, a moment after the last change of it. */
export function usePlanAhead(form: RefObject<HTMLFormElement | null>): { state: PlanAheadState | null; busy: boolean } {
  const fetcher = useFetcher<PlanAheadState>();
  const { submit } = fetcher;
  const asked = useRef('');
  useEffect(() => {
    const element = form.current;
    if (element === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      const entries = [...new FormData(element)].filter(([name]) => decisive.test(name));
      const key = JSON.stringify(entries);
      if (key === asked.current) return;
      asked.current = key;
      const body = new FormData();
      for (const [name, value] of entries) body.append(name, value);
      // It changes nothing, so nothing else of the page is read again.
      void submit(body, { method: 'post', action: '/sessions/plan', defaultShouldRevalidate: false });
    };
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 600);
    };
    element.addEventListener('input', soon);
    // A draft that was put back, or a blueprint named in the address, has its plan at once.
    soon();
    return () => {
      clearTimeout(timer);
      element.removeEventListener('input', soon);
    };
  }, [form, submit]);
  return { state: fetcher.data ?? null, busy: fetcher.state !== 'idle' };
}
