import { test as base } from '@playwright/test';
import type { App } from './app.ts';
import { createInstallation, type Installation, type Knobs } from './installation.ts';
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
  /** Which database installations stand on: the embedded one costs each start twice as much, and has files of its own. */
  database: 'embedded' | 'postgres';
  stage: Stage;
}

/** `test` with real installations, ended and removed afterwards; a failure shows the app's log. */
export const test = base.extend<OfTest, OfWorker>({
  database: ['postgres', { option: true, scope: 'worker' }],

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

/** The one installation of a file, and the app that runs in it; a test that ends the app starts the next one. */
export interface SharedHouse {
  readonly house: Installation;
  readonly api: RestClient;
  app: App;
}

/**
 * One installation for all tests of the file that calls this: a start costs more than most tests. Each test leaves it
 * with an app that runs; after a failure the rest has a new one.
 */
export function shareHouse(knobs: Knobs = {}): SharedHouse {
  const shared = {} as { -readonly [Key in keyof SharedHouse]: SharedHouse[Key] };
  test.beforeAll(async ({ database }) => {
    shared.house = await createInstallation({ database, template: await templateOf(database) });
    shared.app = await shared.house.start(knobs);
    shared.api = await shared.house.api();
  });
  // biome-ignore lint/correctness/noEmptyPattern: the runner reads which fixtures a function takes from its first parameter.
  test.afterEach(async ({}, info) => {
    if (info.status !== info.expectedStatus) await info.attach('app.log', { body: shared.house.log() });
  });
  test.afterAll(() => shared.house?.close());
  return shared;
}

export { expect } from '@playwright/test';
