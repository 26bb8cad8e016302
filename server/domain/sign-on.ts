/** What an identity provider's word makes of somebody here (access.md, Sign-in: group claim → role mapping). */
import { type Role, roles } from './actor.ts';

/** Members of this group at the provider are this here. */
export interface GroupRole {
  readonly group: string;
  /** Slug of the team; null is the team that is meant where none is named. */
  readonly team: string | null;
  readonly role: Role;
}

export interface SignOnRules {
  readonly groups: readonly GroupRole[];
  /** For whoever the provider knows and no group is mapped for; null lets them in only where they belong already. */
  readonly defaultRole: Role | null;
  /** Slug of the team that is meant where none is named; null is the first team there is. */
  readonly team: string | null;
}

/** Who somebody is, as the provider says. */
export interface Identified {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly groups: readonly string[];
}

/** `admins=admin, builders=tools/member`: a group, then a role, or a team's slug and a role. Throws a sentence. */
export function groupRolesOf(text: string): GroupRole[] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const at = entry.lastIndexOf('=');
      const [group, target] = [entry.slice(0, at).trim(), entry.slice(at + 1).trim()];
      const [team, word] = target.includes('/') ? target.split('/', 2) : [null, target];
      const role = roles.find((known) => known === word);
      if (at < 1 || role === undefined || team === '')
        throw new Error(`"${entry}" is none: give group=role or group=team/role, the role one of ${roles.join(', ')}`);
      return { group, team: team ?? null, role };
    });
}

/**
 * The role somebody has in each team the rules speak of, by slug (null: the team meant where none is named). The highest
 * of their groups counts; null means that the rules know the team and give them no place in it.
 */
export function grantsOf(groups: readonly string[], rules: SignOnRules): Map<string | null, Role | null> {
  const grants = new Map<string | null, Role | null>();
  if (rules.defaultRole !== null) grants.set(null, rules.defaultRole);
  for (const { group, team, role } of rules.groups) {
    const before = grants.get(team) ?? null;
    if (!groups.includes(group)) grants.set(team, before);
    else if (before === null || roles.indexOf(role) > roles.indexOf(before)) grants.set(team, role);
  }
  return grants;
}
