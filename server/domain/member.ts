/** Who belongs to a team, and what may be changed about it (access.md, Sign-in and Roles). */
import { z } from 'zod';
import { type Role, roles } from './actor.ts';
import { DomainError, invalid } from './errors.ts';
import { emailInput, passwordInput } from './login.ts';
import { text } from './text.ts';

/** Invited: the link waits to be used. Deactivated: kept out by an admin, until reactivated. */
export const memberStates = ['active', 'invited', 'deactivated'] as const;
export type MemberState = (typeof memberStates)[number];

/** How long a link of an invitation is good, in days; a reset's link, in hours. */
export const invitationDays = { least: 1, usual: 7, most: 30 } as const;
export const resetHours = 24;

const role = z.enum(roles, { error: `Choose a role: ${roles.join(', ')}.` });
const days = `Give ${invitationDays.least} to ${invitationDays.most} days.`;

/** With a password the account is good at once; without one its owner chooses it by the link of the invitation. */
export const createMemberInput = z.strictObject({
  email: emailInput,
  name: text('The name', 1, 100),
  role,
  password: passwordInput.optional(),
  expiresInDays: z
    .int({ error: days })
    .min(invitationDays.least, days)
    .max(invitationDays.most, days)
    .default(invitationDays.usual),
});

export const updateMemberInput = z
  .strictObject({ role: role.optional(), active: z.boolean().optional() })
  .refine(({ role, active }) => role !== undefined || active !== undefined, 'Say what to change: role or active.');
export type UpdateMemberInput = z.output<typeof updateMemberInput>;

/** What a new account is made of behind the link of an invitation. */
export const joinInput = z.strictObject({ name: text('Your name', 1, 100), password: passwordInput });

/** Where a team takes anybody in: its slug, and what an account is made of. */
export const registerInput = z.strictObject({
  team: z.string({ error: 'Choose a team.' }).trim().min(1, 'Choose a team.').max(60),
  email: emailInput,
  name: text('Your name', 1, 100),
  password: passwordInput,
});

/** What is asked of somebody who has an account already. */
export const joinAgainInput = z.strictObject({
  password: z.string({ error: 'Enter your password.' }).min(1, 'Enter your password.').max(1024),
});

export const changePasswordInput = z.strictObject({
  current: z.string({ error: 'Enter your present password.' }).min(1, 'Enter your present password.').max(1024),
  password: passwordInput,
});

export const resetPasswordInput = z.strictObject({ password: passwordInput });

/** A team without an admin could not be governed any more: why its last one keeps role and place; null for others. */
export function lastAdminRefusal(activeAdmins: readonly string[], userId: string): string | null {
  if (activeAdmins.length !== 1 || activeAdmins[0] !== userId) return null;
  return 'The last admin of a team keeps the role and stays: make another member an admin first.';
}

/** The same as CONFLICT. Judge it under the team's lock. */
export function refuseLastAdmin(activeAdmins: readonly string[], userId: string): void {
  const why = lastAdminRefusal(activeAdmins, userId);
  if (why !== null) throw new DomainError('CONFLICT', why);
}

/** Why a change of a member in this state makes no sense; throws INVALID_TRANSITION. */
export function judgeChange(state: MemberState, { active }: UpdateMemberInput): void {
  if (state === 'invited' && active !== undefined)
    throw new DomainError('INVALID_TRANSITION', 'This invitation was not accepted yet: revoke it instead.', {
      details: { from: state, to: active ? 'active' : 'deactivated', allowed: [] },
    });
}

export interface Standing {
  readonly teamId: string;
  readonly role: Role;
}

/**
 * Whether an admin may reach into somebody's account (its password, its second factor). An account opens every team its
 * owner belongs to, so it takes an admin of all of them: else an admin of one team could enter another as its member.
 */
export function accountRefusal(admin: readonly Standing[], owner: readonly Standing[]): string | null {
  const governed = new Set(admin.filter((one) => one.role === 'admin').map((one) => one.teamId));
  return owner.every((one) => governed.has(one.teamId))
    ? null
    : 'This account also belongs to a team you are no admin of, so only somebody who is admin of both may do this.';
}

/** INVALID for a password among the most common ones. */
export function commonPassword(): DomainError {
  return invalid([{ path: 'password', message: 'That password is one of the most common ones; choose another.' }]);
}
