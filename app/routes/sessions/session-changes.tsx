import { Link } from 'react-router';
import { actorOf } from '../../auth.server.ts';
import { DiffView } from '../../components/diff-view.tsx';
import { Evidence } from '../../components/evidence.tsx';
import { Panel } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { TaskPicker } from '../../components/task-table-picker.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import { proofOf } from '../../live-attempt.ts';
import type { Route } from './+types/session-changes.ts';

export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const { diffs, tasks } = context.get(servicesContext);
  const actor = actorOf(context);
  const task = url.searchParams.get('task') || null;
  const view = url.searchParams.get('view') === 'split' ? 'split' : 'unified';
  const [diff, attempts] = await Promise.all([
    diffs.ofSession(actor, params.slug, { taskId: task ?? undefined }),
    tasks.attemptsOf(actor, params.slug),
  ]);
  const proofs = attempts.filter((attempt) => task === null || attempt.taskId === task).map(proofOf);
  return { diff, proofs, task, view } as const;
});

/** What was changed, and what proves it. */
export default function SessionChanges({ loaderData }: Route.ComponentProps) {
  const { state } = useSessionRoom();
  const { diff, proofs, task, view } = loaderData;
  const base = `/sessions/${state.session.slug}`;
  const keyOf = (id: string) => state.tasks.find((one) => one.id === id)?.key ?? 'task';
  const query = (asked: string) =>
    `${base}/changes?${new URLSearchParams({ ...(task === null ? {} : { task }), view: asked })}`;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line-1 px-3 py-2 lg:px-4">
        <TaskPicker tasks={state.tasks} value={task} all="The whole session" />
        <p className={diff.files.length === 0 ? 'hidden' : 'font-data text-data'}>
          {plural(diff.files.length, 'file')} <span className="text-live">+{diff.additions}</span>{' '}
          <span className="text-broken">−{diff.deletions}</span>
        </p>
        <nav aria-label="View" className="flex">
          {(['unified', 'split'] as const).map((one) => (
            <Link
              key={one}
              to={query(one)}
              preventScrollReset
              aria-current={one === view ? 'true' : undefined}
              className="engraved inline-flex min-h-11 items-center border border-line-3 px-3 text-micro aria-current:bg-inverse aria-current:text-on-inverse"
            >
              {one}
            </Link>
          ))}
        </nav>
        {diff.files.length > 0 && (
          <a
            href={`${base}/patch${task === null ? '' : `?taskId=${task}`}`}
            download
            className="inline-flex min-h-11 items-center underline"
          >
            Download the patch
          </a>
        )}
      </div>
      {proofs.length > 0 && (
        <Panel title="Evidence" aside={plural(proofs.length, 'attempt')}>
          {proofs
            .toSorted((a, b) => b.number - a.number)
            .map((proof) => (
              <Evidence key={proof.id} proof={proof} taskKey={keyOf(proof.taskId)} />
            ))}
        </Panel>
      )}
      {diff.files.length === 0 ? (
        <Empty title="Nothing is changed yet">
          A task’s changes appear here once they are merged into the session’s branch.
        </Empty>
      ) : (
        <Panel title="Changes" aside={`${diff.base.slice(0, 10)} … ${diff.head.slice(0, 10)}`}>
          <DiffView diff={diff} view={view} />
        </Panel>
      )}
    </>
  );
}
