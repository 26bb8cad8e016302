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
      if (!isPageData(input, init)) return fetch(input, init);
      try {
        return await whole(await fetch(input, init));
      } catch (error) {
        if (!isNetworkFailure(error) || init?.signal?.aborted === true) throw error;
        await wait(everyMs);
      }
    }
  };
}

/**
 * The answer once all of it is here. The router reads on by itself: an answer cut in the middle would be an error in the
 * place of the page, and one that nobody wants any more a failure that nobody handles.
 */
async function whole(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const { status, statusText, headers } = response;
  return new Response(await response.arrayBuffer(), { status, statusText, headers });
}

function isPageData(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  const address = input instanceof Request ? input.url : String(input);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  return method.toUpperCase() === 'GET' && /\.data(\?|$)/.test(address);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
