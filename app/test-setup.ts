import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

configure({ asyncUtilTimeout: 20_000 }); // As long as `expect.poll` waits (vitest.config.ts).

// Testing Library cleans up by itself only where test globals exist; here they do not. What was put beside its
// containers goes too: all files of a worker share one window.
afterEach(() => {
  cleanup();
  document.body.replaceChildren();
});
