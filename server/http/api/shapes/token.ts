import { z } from 'zod';
import type { ApiToken } from '../../../application/team-port.ts';
import { roles } from '../../../domain/actor.ts';
import { tokenKinds } from '../../../domain/token.ts';
import { id, iso, time } from './fields.ts';

const fields = {
  id,
  name: z.string(),
  prefix: z.string(),
  kind: z.enum(tokenKinds),
  /** Of a service's token; a person's has the role its person has. */
  role: z.enum(roles).nullable(),
  /** The secret before the last rotation works until then. */
  previousUntil: time.nullable(),
  scopes: z.array(z.string()),
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  createdAt: time,
};

export const tokenShape = z.strictObject(fields).meta({ id: 'Token' });
/** The only answer that ever holds the token itself. */
export const newTokenShape = z.strictObject({ ...fields, token: z.string() }).meta({ id: 'NewToken' });

export function tokenOut(token: ApiToken): z.output<typeof tokenShape> {
  return {
    id: token.id,
    name: token.name,
    prefix: token.prefix,
    kind: token.userId === null ? 'service' : 'personal',
    role: token.role,
    previousUntil: iso(token.previousUntil),
    scopes: [...token.scopes],
    expiresAt: iso(token.expiresAt),
    lastUsedAt: iso(token.lastUsedAt),
    createdAt: iso(token.createdAt),
  };
}
