import { test as base } from '@playwright/test';
import { createInstallation, type Installation } from './installation.ts';

/** `test` with an installation of its own, ended and removed afterwards; a failure shows the app's log. */
export const test = base.extend<{ house: Installation; database: 'embedded' | 'postgres' }>({
  /** Which database the installation stands on: `test.use({ database: 'postgres' })`. */
  database: ['embedded', { option: true }],
  house: async ({ database }, use, info) => {
    const house = await createInstallation({ database });
    try {
      await use(house);
    } finally {
      if (info.status !== info.expectedStatus) await info.attach('app.log', { body: house.log() });
      await house.close();
    }
  },
});

export { expect } from '@playwright/test';
