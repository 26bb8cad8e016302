import { defineConfig } from 'vitest/config';

// Its own configuration, without the React Router plugin: tests load the modules as they stand.
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic' } },
  test: {
    globals: false,
    // Much of it waits for databases, git and OpenCode: a third and a fourth keep two cores busy.
    maxWorkers: 4,
    // What is waited for may take long on a busy machine: patience costs nothing where all is well.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // The reporters and the PostgreSQL of a full run are chosen by scripts/test.mjs.
    projects: [
      {
        extends: true,
        test: {
          name: 'domain',
          include: ['server/domain/**/*.test.ts'],
          environment: 'node',
          // Pure, so that nothing of one file can be seen by the next: the modules are loaded once, at half the time.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['server/**/*.test.ts', 'db/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: ['server/domain/**', '**/node_modules/**'],
          environment: 'node',
          pool: 'forks',
          isolate: false,
          globalSetup: ['./db/testing/templates.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'app', include: ['app/**/*.test.ts'], environment: 'node', isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'app-dom',
          include: ['app/**/*.test.tsx'],
          environment: 'jsdom',
          // One page after another in one window, emptied by the set-up after each test.
          isolate: false,
          setupFiles: ['./app/test-setup.ts'],
        },
      },
    ],
  },
});
