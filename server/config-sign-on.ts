import { z } from 'zod';
import { httpUrl, isGroupRoles, oneOf } from './config-values.ts';
import { roles } from './domain/actor.ts';
import { groupRolesOf, type SignOnRules } from './domain/sign-on.ts';

/** The organisation's identity provider, and what its groups mean here. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly name: string;
  readonly groupClaim: string;
  readonly rules: SignOnRules;
}

/** The variables of single sign-on, as `environmentSchema` takes them in. */
export const signOnVariables = {
  OIDC_ISSUER: httpUrl('https://id.example.com'),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_NAME: z.string().max(60, 'longer than 60 characters: give what people call it').default('single sign-on'),
  OIDC_GROUP_CLAIM: z.string().default('groups'),
  OIDC_ROLES: z
    .string()
    .refine(isGroupRoles, 'not a mapping: give entries such as admins=admin,builders=tools/member')
    .optional(),
  OIDC_DEFAULT_ROLE: oneOf(roles).optional(),
  OIDC_TEAM: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'not the slug of a team: give one such as platform')
    .optional(),
};

type Environment = z.infer<z.ZodObject<typeof signOnVariables>>;

/** Null unless the three that make a provider are there. */
export function oidcOf(e: Environment): OidcConfig | null {
  if (!e.OIDC_ISSUER || !e.OIDC_CLIENT_ID || !e.OIDC_CLIENT_SECRET) return null;
  return Object.freeze({
    issuer: e.OIDC_ISSUER,
    clientId: e.OIDC_CLIENT_ID,
    clientSecret: e.OIDC_CLIENT_SECRET,
    name: e.OIDC_NAME,
    groupClaim: e.OIDC_GROUP_CLAIM,
    rules: Object.freeze({
      groups: Object.freeze(groupRolesOf(e.OIDC_ROLES ?? '')),
      defaultRole: e.OIDC_DEFAULT_ROLE ?? null,
      team: e.OIDC_TEAM ?? null,
    }),
  });
}

/** Throws a sentence where half of it is set, or it would be reached without TLS. */
export function refuseHalfSignOn(e: Environment, given: Readonly<Record<string, string>>): void {
  const oidc = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'];
  const missing = oidc.filter((name) => !given[name]);
  const set = Object.keys(given).filter((name) => /^OIDC_(ISSUER|CLIENT_|ROLES|DEFAULT_ROLE|TEAM)/.test(name));
  if (set.length > 0 && missing.length > 0) {
    throw new Error(`${set[0]} is set without ${missing.join(' and ')}: set ${oidc.join(', ')}, or none of them.`);
  }
  if (e.OIDC_ISSUER?.startsWith('http:') && !/^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)([:/]|$)/.test(e.OIDC_ISSUER)) {
    throw new Error(
      `OIDC_ISSUER=${e.OIDC_ISSUER} is not reached by TLS: give an https address; http is for this machine only.`,
    );
  }
}
