import { Link } from 'react-router';
import { attemptStatuses } from '../../server/domain/attempt.ts';
import { duration } from '../format.ts';
import { attemptSigns } from '../status.ts';
import { Age } from './age.tsx';
import { StatusBadge } from './status-badge.tsx';
import { Cell, Table } from './ui/table.tsx';

/** An attempt in an agent's list. */
export interface ListedAttempt {
  readonly attemptId: string;
  readonly taskId: string;
  readonly sessionSlug: string;
  readonly taskTitle: string;
  readonly role: string;
  readonly status: string;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly failure: string | null;
}

const columns = [
  { words: 'Task' },
  { words: 'State' },
  { words: 'Took', wide: true, end: true },
  { words: 'Began', wide: true, end: true },
];
const roleWords: Record<string, string> = { plan: 'as planner', conflict: 'for a conflict', waiver: 'waived' };

/** What an agent did last, each leading to its session. */
export function AttemptList({ attempts }: { attempts: readonly ListedAttempt[] }) {
  if (attempts.length === 0) return <p className="px-3 py-4 text-ink-2 lg:px-4">It has not worked yet.</p>;
  return (
    <Table caption="Recent attempts" columns={columns}>
      {attempts.map((attempt) => (
        <tr
          key={attempt.attemptId}
          className="relative border-b border-line-1 focus-within:bg-surface-2 hover:bg-surface-2"
        >
          <Cell className="w-1/2">
            <Link
              to={`/sessions/${attempt.sessionSlug}/tasks?task=${attempt.taskId}`}
              className="block after:absolute after:inset-0"
            >
              <span className="block font-data text-data font-bold">{attempt.sessionSlug}</span>
              <span className="line-clamp-2 break-words">{attempt.taskTitle}</span>
            </Link>
            {roleWords[attempt.role] !== undefined && (
              <span className="text-data text-ink-3">{roleWords[attempt.role]}</span>
            )}
          </Cell>
          <Cell>
            <State attempt={attempt} />
          </Cell>
          <Cell wide end className="whitespace-nowrap font-data text-data">
            {attempt.endedAt === null ? (
              <Age since={attempt.startedAt} />
            ) : (
              duration((attempt.endedAt.getTime() - attempt.startedAt.getTime()) / 1_000)
            )}
          </Cell>
          <Cell wide end className="whitespace-nowrap font-data text-data text-ink-2">
            <Age since={attempt.startedAt} /> ago
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

function State({ attempt }: { attempt: ListedAttempt }) {
  const status = attemptStatuses.find((one) => one === attempt.status);
  return (
    <span className="flex flex-col items-start gap-1">
      {status === undefined ? attempt.status : <StatusBadge sign={attemptSigns[status]} />}
      {attempt.failure !== null && (
        <span className="font-data text-micro text-ink-2">{attempt.failure.replaceAll('_', ' ')}</span>
      )}
    </span>
  );
}
