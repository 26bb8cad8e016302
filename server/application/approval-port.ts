/** The store's verbs for what waits for a second person; its promises stand in `store-port.ts`. */
import type { Approval, ApprovalAction, ApprovalStatus } from '../domain/approval.ts';
import type { SessionStatus } from '../domain/session.ts';
import type { Page, PageRequest } from './team-port.ts';

/** An approval with the names and states a list shows, as they are now. */
export interface ApprovalRow extends Approval {
  sessionSlug: string | null;
  sessionTitle: string | null;
  sessionStatus: SessionStatus | null;
  /** Attempts of the session that go on now. */
  running: number;
  requestedByName: string | null;
  decidedByName: string | null;
}

export interface ApprovalFilter {
  status?: readonly ApprovalStatus[] | undefined;
  action?: readonly ApprovalAction[] | undefined;
  sessionId?: string | undefined;
}

export interface ApprovalStore {
  /** CONFLICT when the same is asked for already and waits. */
  insert(
    approval: Pick<Approval, 'id' | 'teamId' | 'sessionId' | 'action' | 'requestedBy' | 'reason' | 'details' | 'facts'>,
    lifeSeconds: number,
  ): Promise<Approval>;
  get(teamId: string, id: string): Promise<ApprovalRow | null>;
  /** Row lock, then the row as it is now. Taken after the session's or the team's. */
  lock(id: string): Promise<Approval>;
  /** Oldest first among the pending, newest first among the decided; the pending before them. */
  list(teamId: string, filter: ApprovalFilter, page: PageRequest): Promise<Page<ApprovalRow>>;
  pendingOf(sessionId: string): Promise<Approval[]>;
  /** Guarded by `pending`: the second decision is CONFLICT. */
  decide(
    id: string,
    decision: { status: Exclude<ApprovalStatus, 'pending'>; decidedBy: string | null; note: string | null },
  ): Promise<Approval>;
  /** Pending ones whose time is over, by database time, and those whose session has ended so that nothing is left to decide. */
  due(): Promise<Approval[]>;
  /** Admins of the team who may sign in. */
  admins(teamId: string): Promise<number>;
  /** Plans that wait for a person, and since when the oldest does. */
  plans(teamId: string): Promise<{ count: number; since: Date | null }>;
}
