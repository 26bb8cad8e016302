import { index, layout, type RouteConfig, route } from '@react-router/dev/routes';

export default [
  route('setup', 'routes/sign-in/setup.tsx'),
  route('login', 'routes/sign-in/login.tsx'),
  route('logout', 'routes/sign-in/logout.ts'),
  route('theme', 'routes/account/theme.ts'),
  layout('routes/room.tsx', [
    index('routes/overview.tsx'),
    route('sessions', 'routes/sessions/list.tsx'),
    route('sessions/new', 'routes/sessions/new.tsx'),
    route('sessions/:slug', 'routes/sessions/session.tsx', [
      index('routes/sessions/session-timeline.tsx'),
      route('graph', 'routes/sessions/session-graph.tsx'),
      route('tasks', 'routes/sessions/session-tasks.tsx'),
      route('output', 'routes/sessions/session-output.tsx'),
      route('changes', 'routes/sessions/session-changes.tsx'),
      route('checkpoints', 'routes/sessions/session-checkpoints.tsx'),
      route('metrics', 'routes/sessions/session-metrics.tsx'),
    ]),
    route('sessions/:slug/deleted', 'routes/sessions/session-deleted.tsx'),
    route('sessions/:slug/events', 'routes/sessions/session-events.ts'),
    route('sessions/:slug/patch', 'routes/sessions/session-patch.ts'),
    route('sessions/:slug/payloads/:hash', 'routes/sessions/session-payload.ts'),
    route('repositories', 'routes/repositories/list.tsx'),
    route('repositories/:id', 'routes/repositories/repository.tsx'),
    route('asks', 'routes/asks/inbox.tsx'),
    route('conflicts', 'routes/conflicts/list.tsx'),
    route('conflicts/:id', 'routes/conflicts/conflict.tsx'),
    route('account', 'routes/account/account.tsx'),
    route('signals', 'routes/signals.ts'),
    route('*', 'routes/not-found.tsx'),
  ]),
] satisfies RouteConfig;
