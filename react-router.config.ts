import type { Config } from '@react-router/dev/config';

export default {
  appDirectory: 'app',
  buildDirectory: 'build',
  ssr: true,
  // All routes are known from the start: a navigation that first asks where it leads can be ended by an order that is
  // answered meanwhile, and then leaves the old page under the new address (react-router 8.4, `handleFetcherAction`).
  routeDiscovery: { mode: 'initial' },
} satisfies Config;
