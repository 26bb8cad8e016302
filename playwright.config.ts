import { defineConfig } from '@playwright/test';
import { findBrowser } from './scripts/browser.ts';

// Resolved once, in the main process: two workers unpacking the same browser would race.
const executablePath = await findBrowser();
process.env.CHROMIUM_PATH = executablePath;

export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/support/make-templates.ts',
  outputDir: process.env.E2E_OUTPUT ?? '.tmp/e2e',
  // Each has an installation of its own and mostly waits for it.
  workers: process.env.E2E_WORKERS ? Number(process.env.E2E_WORKERS) : 2,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    locale: 'en-US',
    viewport: { width: 1440, height: 900 },
    // Copies of the page at every action cost as much as the page: on request.
    trace: process.env.E2E_TRACE ? 'retain-on-failure' : 'off',
    screenshot: 'only-on-failure',
    video: 'off',
    launchOptions: {
      executablePath,
      // Not the package's own arguments: among them --single-process ends every second context.
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--disable-quic',
        '--no-first-run',
      ],
    },
  },
});
