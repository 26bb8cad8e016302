// The words of requests that a second person decides: one place for the inbox, the session page and the request itself.
import type { Approval, ApprovalAction, ApprovalFact, ApprovalStatus } from '../server/domain/approval.ts';
import type { Sign } from './status.ts';

export const approvalSigns: Record<ApprovalStatus, Sign> = {
  pending: {
    word: 'WAITS',
    glyph: 'diamond',
    tone: 'waiting',
    meaning: 'An admin who did not ask for it has to decide.',
    inverse: true,
  },
  approved: { word: 'APPROVED', glyph: 'check', tone: 'done', meaning: 'A second person agreed, and it was done.' },
  rejected: { word: 'REJECTED', glyph: 'cross', tone: 'quiet', meaning: 'A second person said no; nothing was done.' },
  expired: { word: 'EXPIRED', glyph: 'clock', tone: 'caution', meaning: 'It was not decided in time, or not needed.' },
  withdrawn: { word: 'WITHDRAWN', glyph: 'dash', tone: 'quiet', meaning: 'Whoever asked took it back.' },
};

interface ActionWords {
  /** The question at the head of the page. */
  readonly question: (slug: string) => string;
  /** What is asked for, in a list. */
  readonly name: string;
  /** On the bar that does it. */
  readonly approve: string;
  /** What happens then. */
  readonly effect: string;
  /** The action as the audit names it. */
  readonly audit: string;
}

export const approvalActionWords: Record<ApprovalAction, ActionWords> = {
  force_complete: {
    question: (slug) => `Complete ${slug} by force?`,
    name: 'Force-complete',
    approve: 'Approve and complete it',
    effect: 'Running agents are ended, open tasks cancelled, the session is COMPLETED and stays unverified. No undo.',
    audit: 'session.force_complete',
  },
  budget_raise: {
    question: (slug) => `More tokens for ${slug} this month?`,
    name: 'More tokens this month',
    approve: 'Approve and raise the limit',
    effect: 'The new limit counts at once, and until the end of the month.',
    audit: 'team.budget_raise',
  },
  team_delete: {
    question: (slug) => `Delete the team ${slug}?`,
    name: 'Delete the team',
    approve: 'Approve and delete it',
    effect: 'Nobody is in it any more. For 30 days nothing of it is lost.',
    audit: 'team.delete',
  },
};

/** A fact's name and the unit of its count. */
const factWords: Record<string, { name: string; unit: string }> = {
  proven: { name: 'Proven by its commands', unit: 'task' },
  claimed: { name: 'Only claimed', unit: 'task' },
  waived: { name: 'Accepted without proof', unit: 'task' },
  missing: { name: 'Failed, skipped or cancelled', unit: 'task' },
  cut_short: { name: 'Cut short at work', unit: 'task' },
  unfinished: { name: 'Begun and not finished', unit: 'task' },
  never_begun: { name: 'Never begun', unit: 'task' },
  dependents: { name: 'Waits for what will not be done', unit: 'task' },
  asks: { name: 'Asks withdrawn', unit: 'ask' },
  children: { name: 'Child sessions that go on', unit: 'session' },
  tokens_asked: { name: 'Asked for', unit: 'token' },
  tokens_limit: { name: 'Limit of the month', unit: 'token' },
  tokens_spent: { name: 'Spent this month', unit: 'token' },
  tokens_reserved: { name: 'Reserved by open attempts', unit: 'token' },
  sessions_waiting: { name: 'Paused or queued', unit: 'session' },
  executing: { name: 'At work', unit: 'session' },
  waiting: { name: 'Pending, queued or paused', unit: 'session' },
  sessions: { name: 'In all', unit: 'session' },
  people: { name: 'Are in it no more', unit: 'member' },
  tokens: { name: 'API tokens', unit: 'token' },
};

/** The words of a fact; one that this version does not know is shown under its own name. */
export function wordsOfFact(key: string): { name: string; unit: string } {
  return factWords[key] ?? { name: key.replaceAll('_', ' '), unit: 'thing' };
}

/** Why it costs something to wait, in words. */
export function costOfWaiting({ running, holdsSlot }: { running: number; holdsSlot: boolean }): string {
  if (running > 0) return `${running === 1 ? '1 attempt goes' : `${running} attempts go`} on at full cost meanwhile.`;
  return holdsSlot ? 'It holds a place of the team meanwhile.' : 'Nothing runs meanwhile.';
}

/** What the audit will hold of it, as it is read; ids stand there for the names. */
export function auditText(
  approval: Pick<Approval, 'action' | 'reason'>,
  {
    slug,
    requestedBy,
    approvedBy,
    facts,
  }: { slug: string; requestedBy: string; approvedBy: string; facts: readonly ApprovalFact[] },
): string {
  const counts = facts.filter(({ count }) => count > 0).map(({ key, count }) => `${key.replaceAll('_', ' ')} ${count}`);
  const holds = counts.length === 0 ? '' : ` Facts: ${counts.join(', ')}.`;
  return `${approvalActionWords[approval.action].audit} ${slug}, requested by ${requestedBy}, approved by ${approvedBy}. Reason: ${approval.reason}${/[.!?]$/.test(approval.reason) ? '' : '.'}${holds}`;
}
