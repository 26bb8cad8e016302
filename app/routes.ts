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
    route('repositories', 'routes/repositories/list.tsx'),
    route('repositories/:id', 'routes/repositories/repository.tsx'),
    route('asks', 'routes/asks/inbox.tsx'),
    route('account', 'routes/account/account.tsx'),
    route('signals', 'routes/signals.ts'),
    route('*', 'routes/not-found.tsx'),
  ]),
] satisfies RouteConfig;
