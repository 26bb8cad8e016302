/**
 * What weighs so much that whoever sits at the page proves again who they are (access.md, Sign-in). One list for every
 * page: taking another's decision, giving or taking power, undoing work, ending what cannot be brought back by a click.
 * The words stand in the sentence "Your password is needed again for …".
 */
export const weightyActions = {
  'approval.decide': 'deciding a request',
  'approval.request': 'requesting a decision',
  'checkpoint.restore': 'restoring a checkpoint',
  'session.delete': 'deleting a session',
  'session.merge': 'merging a session into its base',
  'evidence.waive': 'accepting work without its proof',
  'rule.create': 'a standing answer to asks',
  'member.invite': 'inviting somebody',
  'member.role': 'changing a role',
  'member.remove': 'removing somebody from the team',
  'member.reset': 'a link that sets a password anew',
  'team.create': 'making a team',
  'team.change': 'changing the team and its limits',
  'team.delete': 'deleting a team',
  'account.email': 'changing an e-mail address',
  'account.password': 'changing a password',
  'account.second_factor': 'changing a second factor',
  'token.create': 'making a token',
  'webhook.change': 'changing where events are sent',
  'agent.enrol': 'enrolling an agent or a server',
  'agent.remove': 'removing an agent or a server',
  'repository.remove': 'removing a repository',
  'retention.change': 'changing how long data is kept',
  'data.export': 'exporting data of people or sessions',
  'data.erase': 'erasing data',
  'audit.export': 'exporting the audit',
  'lock.release': 'taking a lock from its holder',
  'drill.start': 'killing a part on purpose',
} as const satisfies Record<string, string>;
export type WeightyAction = keyof typeof weightyActions;

/** How long the last proof is good for: 15 minutes (access.md, Sign-in). */
export const proofSeconds = 900;

/** Whether a proof given then is still good now. */
export function proofStands(provenAt: Date, now: Date): boolean {
  return now.getTime() - provenAt.getTime() < proofSeconds * 1000;
}
