/** What an entry of the audit says was done, after the name of who did it. */
const deeds: Readonly<Record<string, string>> = {
  'session.created': 'created the session',
  'session.start': 'started it',
  'session.resume': 'let it go on',
  'session.pause': 'held it',
  'session.stop': 'stopped it',
  'session.cancel': 'cancelled it for good',
  'session.retry': 'retried it',
  'session.accept_plan': 'accepted its plan',
  'session.reject_plan': 'rejected its plan',
  'session.prompt': 'sent words to the agent',
  'session.checkpoint': 'kept a checkpoint',
  'session.restore': 'went back to a checkpoint',
  'session.update': 'changed it',
  'session.delete': 'deleted it',
  'session.undelete': 'brought it back',
  'session.merge': 'merged its branch',
  'session.reported': 'took its report',
  'session.force_complete': 'completed it by force',
  'comment.created': 'commented on the change',
  'comment.resolved': 'resolved a thread',
  'comment.reopened': 'opened a thread again',
  'diff.accepted': 'accepted the change',
  'diff.changes_requested': 'asked for changes',
};

/** `stopped it`; an action without words of its own is told by its name. */
export function deedOf(action: string): string {
  return deeds[action] ?? action.replace(/[._]/g, ' ');
}

export interface Difference {
  readonly name: string;
  /** Null where it was not there. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What an entry changed, name by name; what stayed the same is left out. */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names
    .map((name) => ({ name: name === '' ? 'value' : name, before: told(was[name]), after: told(is[name]) }))
    .filter((one) => one.before !== one.after);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object' || Array.isArray(value)) return { '': value };
  return { ...value };
}

function told(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  // A change that is told as from and to is read as its outcome.
  if (typeof value === 'object' && 'to' in value && 'from' in value) return `${text(value.from)} → ${text(value.to)}`;
  return text(value);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
