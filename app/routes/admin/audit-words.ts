import type { AuditEntry } from '../../../server/application/record-port.ts';

/** What was done, where the verb alone would not read like a sentence. */
const phrases: Readonly<Record<string, string>> = {
  'login.succeeded': 'signed in',
  'login.failed': 'failed to sign in',
  'login.proven': 'proved again who they are',
  'login.proof_failed': 'failed to prove again who they are',
  'login.ended': 'ended the login of',
  'login.revoked': 'ended another login of',
  'login.team_entered': 'entered this team',
  'identity.linked': 'linked the account of',
  'member.registered': 'registered as',
  'member.role_changed': 'changed the role of',
  'invitation.accepted': 'accepted the invitation',
  'invitation.created': 'made an invitation for',
  'invitation.revoked': 'took back the invitation of',
  'password.changed': 'changed the password of',
  'password.reset_made': 'made a link for a new password of',
  'password.reset_used': 'set, by its link, a new password of',
  'second_factor.turned_on': 'turned on the second factor of',
  'second_factor.turned_off': 'turned off the second factor of',
  'second_factor.removed': 'took off the second factor of',
  'second_factor.codes_renewed': 'made new recovery codes for',
  'approval.approved': 'approved',
  'approval.withdrawn': 'withdrew a request about',
  'approval.requested': 'requested a decision about',
  'approval.rejected': 'rejected a request about',
  'approval.expired': 'let expire a request about',
  'team.budget_raise': 'raised the tokens of this month for',
  'team.undelete': 'brought back',
  'audit.exported': 'exported the whole audit',
  'events.exported': 'exported events',
  'backup.taken': 'took a backup of everything',
  'backup.restored': 'restored everything from a backup',
  'retention.changed': 'changed how long data is kept',
  'retention.run': 'took away what is no longer kept',
  'person.exported': 'exported what is kept of',
  'person.erased': 'erased the personal data of',
  'session.prompt': 'sent a prompt to',
  'session.checkpoint': 'made a checkpoint of',
  'session.restore': 'went back to a checkpoint of',
  'session.undelete': 'brought back',
  'session.retry': 'tried again',
  'session.merge': 'merged',
  'session.create': 'created',
  'session.force_complete': 'completed by force',
  'session.reported': 'took the report of',
  'comment.resolved': 'resolved a comment on the changes of',
  'comment.reopened': 'opened again a comment on the changes of',
  'diff.changes_requested': 'asked for changes of',
  'view.save': 'kept',
  'diff.accepted': 'accepted the changes of',
  'comment.created': 'commented on the changes of',
  'conflict.hand_to_agent': 'gave to an agent',
  'lock.force_released': 'took from its holder',
  'agent.draining': 'keeps new work from',
  'agent.undrained': 'gives new work again to',
  'dataset.consent_given': 'agreed that sessions become training data of',
  'dataset.consent_withdrawn': 'took back the consent to training data of',
  'dataset.downloaded': 'downloaded',
  'webhook.pinged': 'sent a test to',
  'webhook.replayed': 'sent again a delivery of',
  'webhook.secret_rotated': 'made a new secret for',
  'enrolment_code.created': 'made',
  'token.created': 'made',
  'token.rotated': 'exchanged the secret of',
  'ask_rule.created': 'made',
  'drill.started': 'killed a part on purpose in',
  'drill.completed': 'filed the report of',
};

/** Commands are written as they are given; a record tells what was done. */
const pasts: Readonly<Record<string, string>> = {
  start: 'started',
  pause: 'paused',
  resume: 'resumed',
  stop: 'stopped',
  cancel: 'cancelled',
  delete: 'deleted',
  update: 'changed',
  updated: 'changed',
  add: 'added',
  remove: 'removed',
  edit: 'edited',
  split: 'split',
  waive: 'accepted without proof the work of',
  skip: 'skipped',
  retry: 'tried again',
  resolve: 'resolved',
  approve: 'approved',
  reject: 'rejected',
  request: 'requested',
  accept_plan: 'accepted the plan of',
  reject_plan: 'rejected the plan of',
};

/** Where the sentence says all there is to say of its subject. */
const withoutSubject = new Set([
  'login.succeeded',
  'login.failed',
  'login.proven',
  'login.proof_failed',
  'login.team_entered',
  'invitation.accepted',
  'audit.exported',
  'events.exported',
  'backup.taken',
  'backup.restored',
  'retention.changed',
  'retention.run',
]);

/** The middle of "Ada … session 1a2b3c4d": what was done, in the past. */
export function doneWords(action: string): string {
  const known = phrases[action];
  if (known !== undefined) return known;
  const verb = action.slice(action.indexOf('.') + 1);
  const past = pasts[verb];
  if (past !== undefined) return past;
  return verb.endsWith('ed') ? verb.replaceAll('_', ' ') : `did “${action}” to`;
}

export const namesSubject = (action: string): boolean => !withoutSubject.has(action);

/** What kind of thing a subject is; of a person with a name nothing needs to be said. Ends with the space before the name. */
export function kindWords(kind: string, name: string | undefined): string {
  if (kind === 'user') return name === undefined ? 'somebody ' : '';
  return kind === 'ask_rule' ? 'the rule ' : `${kind.replaceAll('_', ' ')} `;
}

/** The rule that answered instead of a person; null where none did. */
export function ruleOf(after: unknown): string | null {
  const { rule } = fieldsOf(after);
  const { pattern } = fieldsOf(rule);
  return typeof pattern === 'string' ? pattern : null;
}

export interface Change {
  readonly name: string;
  /** null: it was not there before, or nothing was kept of it. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What an entry says was before and is now, field by field; a field that stayed, or came as nothing, is left out. */
export function changesOf({ before, after }: Pick<AuditEntry, 'before' | 'after'>): Change[] {
  const was = fieldsOf(before);
  const is = fieldsOf(after);
  if (before === null && Object.values(is).length > 0 && Object.values(is).every(isMove))
    return Object.entries(is).map(([name, move]) => {
      const { from, to } = move as { from: unknown; to: unknown };
      return { name, before: shown(from), after: shown(to) };
    });
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((name) => ({
      name,
      before: name in was ? shown(was[name]) : null,
      after: name in is ? shown(is[name]) : null,
    }))
    .filter((change) => change.before !== change.after && (change.before !== null || change.after !== 'none'));
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  return typeof value === 'object' && !Array.isArray(value) ? { ...value } : { value };
}

const isMove = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'from' in value && 'to' in value && Object.keys(value).length === 2;

function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'none';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object'))
    return value.length === 0 ? 'none' : value.join(', ');
  if (typeof value !== 'object') return String(value);
  // What holds nothing deeper reads without its brackets; what is none of it needs no word.
  const parts = Object.entries(value);
  if (parts.some(([, part]) => typeof part === 'object' && part !== null)) return JSON.stringify(value);
  const said = parts.filter(([, part]) => part !== null && part !== 0 && part !== '');
  return said.length === 0 ? 'none' : said.map(([name, part]) => `${name} ${shown(part)}`).join(', ');
}
