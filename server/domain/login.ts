/** Sign-in rules (access.md, Sign-in): one cookie, two lifetimes, and the shapes of the forms. */
import { z } from 'zod';

/** The login cookie's name; idle and absolute lifetime in seconds (20 h, 14 days). */
export const loginCookie = {
  name: 'orchestrator_login',
  idleSeconds: 20 * 3600,
  absoluteSeconds: 14 * 86_400,
} as const;

/** How a login was opened: by password (with the second factor, where there is one), or by the identity provider. */
const loginMethods = ['password', 'oidc'] as const;
export type LoginMethod = (typeof loginMethods)[number];

/** Failed sign-ins allowed per account and per address in the window, before the delay grows. */
export const loginLimit = { attempts: 10, windowSeconds: 900 } as const;

export const passwordMinimum = 12;

export const emailInput = z
  .string({ error: 'Enter an e-mail address.' })
  .trim()
  .toLowerCase()
  .max(254, 'An e-mail address has at most 254 characters.')
  .regex(/^[^\s@]+@[^\s@]+$/, 'Enter an e-mail address such as name@example.com.');
export const passwordInput = z
  .string({ error: 'Enter a password.' })
  .min(passwordMinimum, `Use at least ${passwordMinimum} characters.`)
  .max(1024, 'A password has at most 1,024 characters.');

export const loginInput = z.strictObject({
  email: emailInput,
  password: z.string({ error: 'Enter your password.' }).min(1, 'Enter your password.').max(1024),
});
export type LoginInput = z.infer<typeof loginInput>;

export const setupInput = z.strictObject({
  code: z
    .string({ error: 'Enter the one-time code from the server log.' })
    .trim()
    .min(1, 'Enter the one-time code from the server log.'),
  teamName: z
    .string({ error: 'Name the team.' })
    .trim()
    .min(2, 'A team name has at least 2 characters.')
    .max(100, 'A team name has at most 100 characters.'),
  name: z
    .string({ error: 'Enter your name.' })
    .trim()
    .min(1, 'Enter your name.')
    .max(100, 'A name has at most 100 characters.'),
  email: emailInput,
  password: passwordInput,
});
export type SetupInput = z.infer<typeof setupInput>;

/** Team slug from its name: lower-case words joined by hyphens; `team` when nothing is left. */
export function teamSlugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug === '' ? 'team' : slug;
}
