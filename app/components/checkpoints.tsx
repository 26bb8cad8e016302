import type { CheckpointReason } from '../../server/domain/checkpoint.ts';
import { dateTime } from '../format.ts';
import type { CheckpointLine } from '../live-attempt.ts';
import { Age } from './age.tsx';
import { commandKey } from './command-bar-form.tsx';
import { Empty } from './states.tsx';
import { Confirm } from './ui/confirm.tsx';
import { Cell, Table } from './ui/table.tsx';

interface CheckpointsProps {
  checkpoints: readonly CheckpointLine[];
  slug: string;
  /** Why none can be restored now; null when one can. */
  refusal: string | null;
}

const reasons: Record<CheckpointReason, string> = {
  task_completed: 'A task was completed',
  periodic: 'Kept in passing',
  manual: 'Made by hand',
  before_retry: 'Before a retry',
  before_override: 'Before an override',
};

const columns = [
  { words: 'Checkpoint' },
  { words: 'Commit', wide: true },
  { words: 'Done then', wide: true },
  { words: 'Go back' },
];

/** The durable points of the session, newest first, each with the way back to it. */
export function Checkpoints({ checkpoints, slug, refusal }: CheckpointsProps) {
  if (checkpoints.length === 0) {
    return (
      <Empty title="No checkpoint yet">
        One is made after every task and every few minutes while it runs; “Checkpoint now” makes one at once.
      </Empty>
    );
  }
  return (
    <>
      {refusal !== null && (
        <p className="border-b border-line-1 px-3 py-2 text-ink-2 lg:px-4">None can be restored now. {refusal}</p>
      )}
      <Table caption="Checkpoints, newest first" columns={columns}>
        {checkpoints.map((checkpoint) => (
          <tr key={checkpoint.sequence} className="border-b border-line-1">
            <th scope="row" className="px-3 py-2 text-left align-top font-normal lg:px-4">
              <span className={checkpoint.undone ? 'text-ink-3 line-through' : 'font-data font-bold'}>
                {checkpoint.sequence}
              </span>{' '}
              {reasons[checkpoint.reason]}
              {checkpoint.undone && (
                <span className="block text-data text-ink-2">undone: an earlier one was restored</span>
              )}
              <span className="block font-data text-micro text-ink-3">
                {dateTime(checkpoint.createdAt)}, <Age since={checkpoint.createdAt} /> ago
              </span>
            </th>
            <Cell wide className="select-all font-data text-data">
              {checkpoint.commit?.slice(0, 10) ?? 'none'}
            </Cell>
            <Cell wide className="font-data text-data">
              {checkpoint.completed} of {checkpoint.tasks} tasks
            </Cell>
            <Cell>
              {refusal === null && (
                <Confirm
                  trigger="Restore"
                  title={`Restore checkpoint ${checkpoint.sequence} of ${slug}?`}
                  confirm={`Restore checkpoint ${checkpoint.sequence}`}
                  fields={{ intent: 'restore', sequence: String(checkpoint.sequence) }}
                  action={`/sessions/${slug}`}
                  fetcherKey={commandKey}
                  typed={slug}
                  proof
                >
                  <p>
                    The branch goes back to {checkpoint.commit?.slice(0, 10) ?? 'that point'} and every task to its
                    state of then. Later checkpoints are kept and marked as undone; the branch’s present end stays
                    reachable in git.
                  </p>
                </Confirm>
              )}
            </Cell>
          </tr>
        ))}
      </Table>
    </>
  );
}
