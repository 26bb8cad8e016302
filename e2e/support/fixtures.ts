import { test as base } from '@playwright/test';
import { createInstallation, type Installation } from './installation.ts';

/** `test` with an installation of its own, ended and removed afterwards; a failure shows the app's log. */
export const test = base.extend<{ house: Installation }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from this pattern
  house: async ({}, use, info) => {
    const house = await createInstallation();
    try {
      await use(house);
    } finally {
      if (info.status !== info.expectedStatus) await info.attach('app.log', { body: house.log() });
      await house.close();
    }
  },
});

export { expect } from '@playwright/test';
