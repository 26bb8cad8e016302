import { isNetworkFailure } from './problem.ts';

const everyMs = 1_000;

/**
 * Loads of page data wait for a server that is away instead of failing: a failed one would put an error in the place of
 * a page that somebody is reading. The LINK tile tells that it waits. Everything else, orders above all, fails as ever.
 */
export function patientFetch(
  fetch: typeof globalThis.fetch,
  wait: (ms: number) => Promise<void> = pause,
): typeof globalThis.fetch {
  return async (input, init) => {
    for (;;) {
      try {
        return await fetch(input, init);
      } catch (error) {
        if (!isPageData(input, init) || !isNetworkFailure(error) || init?.signal?.aborted === true) throw error;
        await wait(everyMs);
      }
    }
  };
}

function isPageData(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  const address = input instanceof Request ? input.url : String(input);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  return method.toUpperCase() === 'GET' && /\.data(\?|$)/.test(address);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
