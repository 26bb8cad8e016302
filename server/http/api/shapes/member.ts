import { z } from 'zod';
import type { Member } from '../../../application/people-port.ts';
import { roles } from '../../../domain/actor.ts';
import { memberStates } from '../../../domain/member.ts';
import { count, id, iso, time } from './fields.ts';

const fields = {
  id,
  version: count,
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  state: z.enum(memberStates),
  lastSeenAt: time.nullable(),
  secondFactor: z.boolean(),
  createdAt: time,
};

export const memberShape = z.strictObject(fields).meta({ id: 'Member' });

/** Without a password somebody invited: the only answer that ever holds the link. */
export const newMemberShape = z
  .strictObject({
    ...fields,
    invitation: z.strictObject({ link: z.string(), expiresAt: time }).optional(),
  })
  .meta({ id: 'NewMember' });

export function memberOut(member: Member): z.output<typeof memberShape> {
  return {
    id: member.id,
    version: member.version,
    email: member.email,
    name: member.name,
    role: member.role,
    state: member.state,
    lastSeenAt: iso(member.lastSeenAt),
    secondFactor: member.secondFactor,
    createdAt: iso(member.createdAt),
  };
}
