import { defineConfig } from 'drizzle-kit';

// Only for `npm run db:generate`: the running program applies db/migrations itself.
export default defineConfig({ dialect: 'postgresql', schema: './db/schema/*.ts', out: './db/migrations' });
