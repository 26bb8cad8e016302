/** API tokens (access.md, Tokens): what one may be, and how its secret is exchanged without a pause. */
import { z } from 'zod';
import { type Role, roles, scopes } from './actor.ts';

export const tokenKinds = ['personal', 'service'] as const;
export type TokenKind = (typeof tokenKinds)[number];

/** Hours the old secret still works after a rotation: usually, and at most. */
export const overlapHours = { usual: 24, most: 168 } as const;

export const createTokenInput = z.strictObject({
  name: z
    .string({ error: 'Name the token.' })
    .trim()
    .min(1, 'Name the token.')
    .max(100, 'A name has at most 100 characters.'),
  scopes: z.array(z.enum(scopes)).min(1, 'Choose at least one scope.').max(scopes.length),
  expiresAt: z.coerce.date().optional(),
  /** A service's token belongs to the team, not to a person: it stays when people go, and may what this role may. */
  service: z.strictObject({ role: z.enum(roles, `The role is one of: ${roles.join(', ')}`) }).optional(),
});
export type CreateTokenInput = z.infer<typeof createTokenInput>;

export const rotateTokenInput = z.strictObject({
  overlapHours: z
    .number('The overlap is a number of hours')
    .int('The overlap is a whole number of hours')
    .min(0, 'The overlap is 0 hours or more')
    .max(overlapHours.most, `The old secret works ${overlapHours.most} hours longer at most`)
    .default(overlapHours.usual),
});

/** Until when the old secret works: the overlap, but never beyond the token's own end. */
export function overlapEnd(hours: number, expiresAt: Date | null, now: Date): Date {
  const end = new Date(now.getTime() + hours * 3_600_000);
  return expiresAt !== null && expiresAt < end ? expiresAt : end;
}

/** Whether somebody of this role may give a token that role: never one above their own. */
export function mayGiveRole(giver: Role, given: Role): boolean {
  return roles.indexOf(given) <= roles.indexOf(giver);
}
