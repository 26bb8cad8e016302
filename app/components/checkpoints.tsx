import type { CheckpointReason } from '../../server/domain/checkpoint.ts';
import type { CheckpointLoss } from '../../server/domain/checkpoint-loss.ts';
import { dateTime, plural } from '../format.ts';
import type { CheckpointLine } from '../live-attempt.ts';
import { Age } from './age.tsx';
import { commandKey } from './command-bar-form.tsx';
import { Empty } from './states.tsx';
import { Confirm } from './ui/confirm.tsx';
import { Cell, Table } from './ui/table.tsx';

interface CheckpointsProps {
  checkpoints: readonly (CheckpointLine & { readonly loss: CheckpointLoss })[];
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
                  <Consequence commit={checkpoint.commit} loss={checkpoint.loss} />
                </Confirm>
              )}
            </Cell>
          </tr>
        ))}
      </Table>
    </>
  );
}

/** What goes, by name, and what stays: the same rule says it that carries it out. */
function Consequence({ commit, loss }: { commit: string | null; loss: CheckpointLoss }) {
  const { undone, cut, dropped, again, later } = loss;
  const nothing = undone.length + cut.length + dropped.length + again + later === 0;
  return (
    <div className="flex flex-col gap-2">
      <p>The branch goes back to {commit?.slice(0, 10) ?? 'that point'} and every task to its state of then.</p>
      {nothing ? (
        <p>Nothing is lost: it stands there already.</p>
      ) : (
        <ul className="list-disc pl-5">
          {undone.length > 0 && (
            <li>
              <b>{plural(undone.length, 'completed task leaves', 'completed tasks leave')} the branch</b>, one commit
              each: {named(undone)}
            </li>
          )}
          {cut.length > 0 && <li>Cut short at work: {named(cut)}</li>}
          {dropped.length > 0 && <li>Out of the plan, since made later: {named(dropped)}</li>}
          {again > 0 && <li>{plural(again, 'task starts', 'tasks start')} again.</li>}
          {later > 0 && (
            <li>{plural(later, 'later checkpoint is', 'later checkpoints are')} marked as undone, none is deleted.</li>
          )}
        </ul>
      )}
      <p>The branch’s present end stays reachable in git, under refs/orchestrator.</p>
    </div>
  );
}

const named = (keys: readonly string[]) =>
  keys.length > 8 ? `${keys.slice(0, 8).join(', ')} and ${keys.length - 8} more` : keys.join(', ');
