import { test as base } from '@playwright/test';
import type { App } from './app.ts';
import { createInstallation, type Installation } from './installation.ts';
import type { RestClient } from './rest.ts';
import { templateOf } from './template.ts';

/** One running app for every test of a worker that only uses it, each with sessions of its own. */
export interface Stage {
  readonly house: Installation;
  readonly app: App;
  readonly api: RestClient;
  /** A fresh repository, registered, verified by `node check.js` unless said otherwise. */
  repository(more?: Record<string, unknown>): Promise<{ id: string; source: string }>;
}

interface OfTest {
  /** Whether the installation is one that nobody has set up yet. */
  bare: boolean;
  /** An installation of the test's own, not started. */
  house: Installation;
}

interface OfWorker {
  /** Which database installations stand on; a spec file says `test.use({ database: 'postgres' })`. */
  database: 'embedded' | 'postgres';
  stage: Stage;
}

/** `test` with real installations, ended and removed afterwards; a failure shows the app's log. */
export const test = base.extend<OfTest, OfWorker>({
  database: ['embedded', { option: true, scope: 'worker' }],

  bare: [false, { option: true }],

  house: async ({ database, bare }, use, info) => {
    const house = await createInstallation({ database, template: bare ? null : await templateOf(database) });
    try {
      await use(house);
    } finally {
      if (info.status !== info.expectedStatus) await info.attach('app.log', { body: house.log() });
      await house.close();
    }
  },

  stage: [
    async ({ database }, use) => {
      const house = await createInstallation({ database, template: await templateOf(database) });
      let made = 0;
      try {
        // For the URL that hangs: without it no address of this machine is called.
        const app = await house.start({ OUTBOUND_ALLOW: '127.0.0.1' });
        const api = await house.api();
        await use({
          house,
          app,
          api,
          async repository(more = {}) {
            made += 1;
            const source = await house.repository(`work-${made}`);
            const { id } = await api.register(source, { verify: ['node check.js'], ...more });
            return { id, source };
          },
        });
      } finally {
        await house.close();
      }
    },
    { scope: 'worker', timeout: 240_000 },
  ],
});

export { expect } from '@playwright/test';
