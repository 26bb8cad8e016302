import { Link } from 'react-router';
import type { Approval } from '../../server/domain/approval.ts';
import { isActive, type SessionStatus } from '../../server/domain/session.ts';
import { approvalActionWords, costOfWaiting } from '../approval-words.ts';
import { until } from '../format.ts';
import { useNow } from '../hooks/use-clock.tsx';
import { sessionSigns } from '../status.ts';
import { Age } from './age.tsx';
import { ActionLink } from './states.tsx';
import { StatusBadge } from './status-badge.tsx';

export interface ShownApproval extends Approval {
  readonly slug: string;
  readonly sessionTitle: string | null;
  readonly sessionStatus: SessionStatus | null;
  readonly running: number;
  readonly requestedByName: string | null;
  readonly refusal: string | null;
  readonly own: boolean;
}

/** One request that waits: what for, who asks and why, what waiting costs, and the way to decide it. */
export function ApprovalCard({ approval }: { approval: ShownApproval }) {
  const { id, action, slug, sessionTitle, sessionStatus, running, requestedByName, reason, createdAt, expiresAt } =
    approval;
  const now = useNow();
  const holdsSlot = sessionStatus !== null && isActive(sessionStatus);
  return (
    <article className="flex h-full flex-col border-2 border-waiting">
      <h2 className="flex flex-wrap items-baseline gap-x-3 bg-surface-2 px-3 lg:px-4">
        <Link to={`/approvals/${id}`} className="flex min-h-11 min-w-0 items-center gap-2 underline">
          <span className="font-data text-data font-bold">{slug}</span>
          <span className="truncate">{sessionTitle ?? approvalActionWords[action].name}</span>
        </Link>
        {sessionStatus !== null && <StatusBadge sign={sessionSigns[sessionStatus]} />}
      </h2>
      <div className="flex flex-1 flex-col gap-3 p-3 lg:p-4">
        <p className="font-data text-data text-ink-2">
          {approvalActionWords[action].name} · asked by {requestedByName ?? 'somebody'} <Age since={createdAt} /> ago ·{' '}
          {until(expiresAt, now) === null ? 'over' : `ends in ${until(expiresAt, now)}`}
        </p>
        <p className="break-words text-lead">{reason}</p>
        <p className="text-data text-ink-2">{costOfWaiting({ running, holdsSlot })}</p>
        <div className="mt-auto flex flex-wrap items-center gap-x-4 gap-y-2">
          <ActionLink to={`/approvals/${id}`}>
            {approval.refusal === null ? 'Look and decide' : 'Look at it'}
          </ActionLink>
          {approval.refusal !== null && <p className="min-w-48 flex-1 text-data text-ink-2">{approval.refusal}</p>}
        </div>
      </div>
    </article>
  );
}
