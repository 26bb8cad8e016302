/** What a second person has to agree to, and when they may (access.md, Force-complete). */
import { z } from 'zod';
import type { Permission } from './actor.ts';
import { DomainError } from './errors.ts';
import { text } from './text.ts';

export const approvalStatuses = ['pending', 'approved', 'rejected', 'expired', 'withdrawn'] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** What can be asked for. A new kind is a line here, one in `approvalKinds`, and what carries it out. */
export const approvalActions = ['force_complete', 'budget_raise', 'team_delete'] as const;
export type ApprovalAction = (typeof approvalActions)[number];

export interface ApprovalKind {
  /** What it is about; its slug is what has to be typed. */
  readonly subject: 'session' | 'team';
  readonly request: Permission;
  readonly decide: Permission;
}

export const approvalKinds: Readonly<Record<ApprovalAction, ApprovalKind>> = {
  force_complete: { subject: 'session', request: 'force_complete.request', decide: 'force_complete.decide' },
  budget_raise: { subject: 'team', request: 'budget.request', decide: 'force_complete.decide' },
  team_delete: { subject: 'team', request: 'team.manage', decide: 'force_complete.decide' },
};

/** A reason shorter than this says nothing. */
export const shortestApprovalReason = 20;

/** One thing a decision rests on: how many there are of it, and which, the first fifty. */
export interface ApprovalFact {
  readonly key: string;
  readonly count: number;
  readonly items: readonly string[];
}

export interface Approval {
  readonly id: string;
  readonly teamId: string;
  readonly action: ApprovalAction;
  /** Null when it is about the team. */
  readonly sessionId: string | null;
  readonly status: ApprovalStatus;
  readonly requestedBy: string | null;
  readonly reason: string;
  /** What exactly is asked for, where the action leaves something open (a budget's tokens). */
  readonly details: Readonly<Record<string, unknown>>;
  /** What was true when it was requested. */
  readonly facts: readonly ApprovalFact[];
  readonly decidedBy: string | null;
  readonly note: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedAt: Date | null;
}

const reason = text('The reason', shortestApprovalReason, 1_000);
const note = text('A note of the decision', 1, 1_000);

export const forceCompleteInput = z.strictObject({ reason });
export const budgetRaiseInput = z.strictObject({
  reason,
  tokens: z.int({ error: 'Say how many tokens, as a whole number.' }).min(1).max(1_000_000_000_000),
});
export const teamDeleteInput = z.strictObject({ reason });
/** As a page asks for it: with the team's slug typed. */
export const teamDeleteTyped = (slug: string) =>
  teamDeleteInput.extend({
    confirmation: z
      .string({ error: `Type ${slug} to confirm.` })
      .trim()
      .refine((typed) => typed === slug, `Type ${slug} to confirm.`),
  });
export const approveInput = z.strictObject({
  confirmation: z.string({ error: 'Type the slug to confirm.' }).trim(),
  note,
});
export const rejectInput = z.strictObject({ note });

/** Who decides, and in what company. */
export interface Decider {
  readonly userId: string | null;
  /** Admins of the team who can sign in. */
  readonly admins: number;
  /** Whether the team lets its only admin approve an own request, and how many seconds after it was made. */
  readonly selfApproval: boolean;
  readonly delaySeconds: number;
}

type Own = Pick<Approval, 'requestedBy' | 'createdAt'>;

/** From when the team's only admin may approve it; null for somebody else's request, or where another has to. */
export function selfApprovalFrom(approval: Own, { userId, admins, selfApproval, delaySeconds }: Decider): Date | null {
  if (userId === null || userId !== approval.requestedBy || admins > 1 || !selfApproval) return null;
  return new Date(approval.createdAt.getTime() + delaySeconds * 1000);
}

/** Why this person may not approve it now, as a sentence; null when they may. Rejecting an own request is withdrawing it. */
export function approvalRefusal(approval: Own, decider: Decider, now: Date): string | null {
  const { userId, admins, selfApproval } = decider;
  if (userId === null) return 'Only a person approves.';
  if (userId !== approval.requestedBy) return null;
  if (admins > 1) return 'It is your own request; another admin has to approve it.';
  if (!selfApproval) return 'It is your own request, and this team does not let its only admin approve one.';
  const from = selfApprovalFrom(approval, decider);
  if (from === null || now >= from) return null;
  return `It is your own request. As the only admin you may approve it from ${from.toISOString().slice(11, 16)} UTC, ${wait(decider.delaySeconds)} after it was made.`;
}

const wait = (seconds: number): string =>
  seconds % 60 === 0 && seconds > 60 ? `${seconds / 60} minutes` : `${seconds} seconds`;

/** CONFLICT unless it still waits: decided, withdrawn or expired ones are over for good. */
export function assertPending({ status, expiresAt }: Pick<Approval, 'status' | 'expiresAt'>, now: Date): void {
  const over = status === 'pending' && expiresAt <= now ? 'expired' : status;
  if (over === 'pending') return;
  throw new DomainError('CONFLICT', `This request is already ${over}.`, { details: { status: over } });
}

/** What waits while nobody decides. */
export interface Waiting {
  readonly ageSeconds: number;
  /** The session holds a slot of the team's quota. */
  readonly holdsSlot: boolean;
  /** Attempts that go on at full cost meanwhile. */
  readonly running: number;
}

/** Age × cost of waiting, in weighted hours: 1 for anything, 2 for what holds a slot, 1 more for each running attempt. */
export function waitingScore({ ageSeconds, holdsSlot, running }: Waiting): number {
  return (Math.max(0, ageSeconds) / 3600) * (1 + (holdsSlot ? 1 : 0) + running);
}
