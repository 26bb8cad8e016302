/** A team's name, limits and rules (domain.md 6; access.md). */
import { z } from 'zod';
import { text } from './text.ts';

const whole = (label: string, least: number, most: number) => {
  const message = `${label}: give a whole number from ${least.toLocaleString('en-US')} to ${most.toLocaleString('en-US')}.`;
  return z.int({ error: message }).min(least, message).max(most, message);
};

/** Every quota is at least one: it is also the team's weight in the fair turns, and a weight of nothing never has a turn. */
export const teamLimits = {
  maxActiveSessions: { least: 1, most: 1_000 },
  maxParallelAttempts: { least: 1, most: 1_000 },
  tokensPerMonth: { least: 1_000, most: 1_000_000_000_000 },
} as const;

const slug = z
  .string({ error: 'The slug must be a text' })
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'Use lower-case letters, digits and single hyphens, such as platform-tools.')
  .max(60, 'A slug has at most 60 characters.');
const quota = (name: keyof typeof teamLimits, label: string) =>
  whole(label, teamLimits[name].least, teamLimits[name].most).optional();

const settings = {
  maxActiveSessions: quota('maxActiveSessions', 'Sessions at once'),
  maxParallelAttempts: quota('maxParallelAttempts', 'Attempts at once'),
  tokensPerMonth: quota('tokensPerMonth', 'Tokens a month'),
  twoFactorRequired: z.boolean().optional(),
  openRegistration: z.boolean().optional(),
  selfApprovalForbidden: z.boolean().optional(),
};

export const createTeamInput = z.strictObject({
  name: text('The team name', 2, 100),
  slug: slug.optional(),
  ...settings,
});

export const updateTeamInput = z.strictObject({ name: text('The team name', 2, 100).optional(), ...settings });
export type UpdateTeamInput = z.output<typeof updateTeamInput>;

/** `works`, `works-2`, `works-3` …: the next slug to try when the ones before are taken. */
export function slugTry(slug: string, number: number): string {
  return number === 1 ? slug : `${slug.slice(0, 56)}-${number}`;
}
