import { useMemo } from 'react';
import { Link, useLocation } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { actorOf } from '../../auth.server.ts';
import { ChangesBar } from '../../components/changes-bar.tsx';
import { CommentThread } from '../../components/comment-thread.tsx';
import { DiffView } from '../../components/diff-view.tsx';
import { Evidence } from '../../components/evidence.tsx';
import { FilesViewed, FileTree } from '../../components/file-tree.tsx';
import { Panel } from '../../components/page.tsx';
import { ReviewDecision, ReviewStanding } from '../../components/review-decision.tsx';
import { ReviewMerge } from '../../components/review-merge.tsx';
import { ReviewNews, ReviewOutcome } from '../../components/review-news.tsx';
import { ReviewContext, type ReviewRoom } from '../../components/review-room.ts';
import { Empty } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { useSessionRoom } from '../../hooks/use-live-room.ts';
import { useViewed } from '../../hooks/use-viewed.ts';
import { proofOf } from '../../live-attempt.ts';
import type { Route } from './+types/session-changes.ts';
import { reviewAction } from './session-review.server.ts';

/** So many files stand on one page: more are read in parts. */
const filesOnPage = 200;

export const loader = guarded(async ({ context, params, url }: Route.LoaderArgs) => {
  const { diffs, tasks, reviews, sessions } = context.get(servicesContext);
  const actor = actorOf(context);
  const task = url.searchParams.get('task') || null;
  const view = url.searchParams.get('view') === 'split' ? 'split' : 'unified';
  // Before everything else: what comes later is news.
  const { lastSeq } = await sessions.get(actor, params.slug);
  const [whole, attempts, history, merge] = await Promise.all([
    diffs.ofSession(actor, params.slug, { taskId: task ?? undefined }),
    tasks.attemptsOf(actor, params.slug),
    reviews.history(actor, params.slug),
    reviews.preview(actor, params.slug),
  ]);
  const threads = await reviews.threads.listIn(actor, params.slug, whole, task);
  const from = Math.max(0, Math.floor(Number(url.searchParams.get('from')) / filesOnPage) * filesOnPage || 0);
  const diff = { ...whole, files: whole.files.slice(from, from + filesOnPage) };
  const proofs = attempts.filter((attempt) => task === null || attempt.taskId === task).map(proofOf);
  const unfolded = url.searchParams.get('file');
  return {
    diff,
    files: whole.files.length,
    from,
    proofs,
    task,
    view,
    threads,
    history,
    merge,
    lastSeq,
    unfolded,
  } as const;
});

export async function action(args: Route.ActionArgs) {
  return reviewAction(args);
}

/** What was changed, what proves it, what people say about it, and its way into the base. */
export default function SessionChanges({ loaderData, actionData }: Route.ComponentProps) {
  const { state, actor } = useSessionRoom();
  const { diff, proofs, task, view, threads, history, merge } = loaderData;
  const { session } = state;
  const { viewed, mark } = useViewed(session.id, diff.files);
  const { pathname, search } = useLocation();
  const subject = { teamId: session.teamId, createdBy: session.createdBy };
  const refused = refusal(actor, 'diff.merge', subject);
  const room: ReviewRoom = useMemo(
    () => ({ action: `${pathname}${search}`, taskId: task, refusal: refused, sendable: true }),
    [pathname, search, task, refused],
  );
  const open = threads.filter(({ resolvedAt }) => resolvedAt === null);
  const shown = new Set(diff.files.map(({ path }) => path));
  const elsewhere = threads.filter(({ path }) => !shown.has(path));
  const counts = new Map<string, number>();
  for (const { path } of open) counts.set(path, (counts.get(path) ?? 0) + 1);
  const keyOf = (id: string) => state.tasks.find((one) => one.id === id)?.key ?? 'task';
  const kept = actionData?.error === undefined ? undefined : actionData.kept;
  return (
    <ReviewContext value={room}>
      <ChangesBar loaderData={loaderData} tasks={state.tasks} base={`/sessions/${session.slug}`}>
        <ReviewStanding session={session} reviews={history.reviews} />
      </ChangesBar>
      <ReviewOutcome given={actionData} />
      <ReviewNews seen={loaderData.lastSeq} events={state.events} actor={actor} />
      {loaderData.files === 0 ? (
        <Empty title="Nothing is changed yet">
          A task’s changes appear here once they are merged into the session’s branch.
        </Empty>
      ) : (
        // What was changed comes before what proves it, and where the pane is wide both stand beside the diff.
        <div className="grid min-w-0 @min-[60rem]:grid-cols-[20rem_minmax(0,1fr)] @min-[60rem]:grid-rows-[auto_1fr]">
          <Panel
            title="Files"
            aside={<FilesViewed files={diff.files} viewed={viewed} />}
            className="@min-[60rem]:border-r @min-[60rem]:border-line-1"
          >
            <FileTree files={diff.files} viewed={viewed} threads={counts} />
            <Pages from={loaderData.from} files={loaderData.files} task={task} view={view} />
          </Panel>
          <Panel
            title="Changes"
            aside={`${diff.base.slice(0, 10)} … ${diff.head.slice(0, 10)}`}
            className="@min-[60rem]:col-start-2 @min-[60rem]:row-span-2 @min-[60rem]:row-start-1"
          >
            <DiffView
              diff={diff}
              view={view}
              threads={threads}
              viewed={viewed}
              onViewed={mark}
              kept={kept?.intent === 'comment' ? kept : undefined}
              unfolded={loaderData.unfolded}
            />
          </Panel>
          <Panel
            title="Evidence"
            aside={plural(proofs.length, 'attempt')}
            className="@min-[60rem]:border-r @min-[60rem]:border-line-1"
          >
            {proofs.length === 0 && <p className="p-3 text-ink-2 lg:p-4">No attempt has ended yet.</p>}
            {proofs
              .toSorted((a, b) => b.number - a.number)
              .map((proof) => (
                <Evidence key={proof.id} proof={proof} taskKey={keyOf(proof.taskId)} />
              ))}
          </Panel>
        </div>
      )}
      {elsewhere.length > 0 && (
        <Panel title="Threads not in what is shown" aside={plural(elsewhere.length, 'thread')}>
          {elsewhere.map((thread) => (
            <CommentThread key={thread.id} thread={thread} named />
          ))}
        </Panel>
      )}
      {loaderData.files > 0 && (
        <>
          <Panel title="Decision" id="decide" aside={plural(open.length, 'open thread')}>
            <ReviewDecision
              session={session}
              reviews={history.reviews}
              head={session.headCommit ?? ''}
              openThreads={open.length}
              commandRefusal={refusal(actor, 'session.command', subject)}
              kept={kept}
            />
          </Panel>
          <Panel title="Merge" id="merge">
            <ReviewMerge view={merge} merges={history.merges} branch={session.branch} head={session.headCommit ?? ''} />
          </Panel>
        </>
      )}
    </ReviewContext>
  );
}

function Pages({ from, files, task, view }: { from: number; files: number; task: string | null; view: string }) {
  if (files <= filesOnPage) return null;
  const to = (at: number) => `?${new URLSearchParams({ ...(task === null ? {} : { task }), view, from: String(at) })}`;
  return (
    <nav aria-label="Parts of the change" className="flex gap-4 px-3 text-data lg:px-4">
      {from > 0 && (
        <Link to={to(from - filesOnPage)} className="inline-flex min-h-11 items-center underline">
          {filesOnPage} files before
        </Link>
      )}
      {from + filesOnPage < files && (
        <Link to={to(from + filesOnPage)} className="inline-flex min-h-11 items-center underline">
          Next {Math.min(filesOnPage, files - from - filesOnPage)} files
        </Link>
      )}
    </nav>
  );
}
