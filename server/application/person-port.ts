import type { Role } from '../domain/actor.ts';

/** Everything the database holds of a person, table by table; secrets and their hashes are left out. */
export interface PersonData {
  readonly tables: Readonly<Record<string, readonly Record<string, unknown>[]>>;
  /** Tables of which there was more than one answer holds, and how many rows there are. */
  readonly cut: Readonly<Record<string, number>>;
}

export interface PersonStore {
  /** Whom the team knows, by name, and how many other teams do; ask it outside of any team. */
  ofTeam(teamId: string): Promise<{ id: string; name: string; email: string; role: Role; elsewhere: number }[]>;
  /** Rows that are the person's or name them, in these teams and in no team. */
  collect(userId: string, teamIds: readonly string[]): Promise<PersonData>;
  /**
   * Takes name, address, every way to sign in, tokens, memberships and saved views away, and the name out of everything
   * that carries it beside the id; the audit holds ids only and stays as it is. The id goes on standing for what they did.
   */
  erase(userId: string, as: { email: string; name: string }): Promise<void>;
}
