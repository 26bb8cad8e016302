import { z } from 'zod';
import type { OwnTeam } from '../../../application/teams.ts';
import { roles } from '../../../domain/actor.ts';
import { count, id, iso, time } from './fields.ts';

export const teamShape = z
  .strictObject({
    id,
    version: count,
    name: z.string(),
    slug: z.string(),
    /** What the sender is in it. */
    role: z.enum(roles),
    active: z.boolean(),
    maxActiveSessions: count,
    maxParallelAttempts: count,
    tokensPerMonth: count,
    twoFactorRequired: z.boolean(),
    openRegistration: z.boolean(),
    selfApprovalForbidden: z.boolean(),
    createdAt: time,
  })
  .meta({ id: 'Team' });

export function teamOut(team: OwnTeam): z.output<typeof teamShape> {
  return {
    id: team.id,
    version: team.version,
    name: team.name,
    slug: team.slug,
    role: team.role,
    active: team.active,
    maxActiveSessions: team.maxActiveSessions,
    maxParallelAttempts: team.maxParallelAttempts,
    tokensPerMonth: team.tokensPerMonth,
    twoFactorRequired: team.twoFactorRequired,
    openRegistration: team.openRegistration,
    selfApprovalForbidden: team.selfApprovalForbidden,
    createdAt: iso(team.createdAt),
  };
}
