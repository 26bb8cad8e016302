import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { exitCodes, Refusal } from '../api.ts';
import type { Desk } from '../orchestrator.ts';
import { table, tell } from '../terminal.ts';
import { words } from './sessions.ts';

interface Thread {
  readonly id: string;
  readonly path: string;
  readonly startLine: number | null;
  readonly body: string;
  readonly author: { readonly name: string };
  readonly resolvedAt: string | null;
  readonly place: { readonly state: string };
}

interface Merge {
  readonly target: string;
  readonly way: string;
  readonly before: string;
  readonly after: string;
  readonly warning: string | null;
}

/** What leaves the room: the change, words about it, its merge, its report. */
export function reviewCommands(sessions: Command, desk: Desk): void {
  const { terminal } = desk;

  sessions
    .command('diff <session>')
    .description('the change as patch text; with --json file by file')
    .option('--task <id>', 'only what this task changed')
    .action(async (slug: string, { task }: { task?: string }) => {
      const api = await desk.api();
      const query = { taskId: task };
      if (terminal.json) return tell(terminal, await api.get<unknown>(`/sessions/${slug}/diff`, query), String);
      terminal.out(await api.text(`/sessions/${slug}/diff`, 'text/x-diff', query));
    });

  sessions
    .command('comments <session>')
    .description('the threads on the change')
    .action(async (slug: string) => {
      const page = await (await desk.api()).get<{ items: Thread[]; total: number }>(`/sessions/${slug}/comments`, {
        limit: '100',
      });
      tell(terminal, page, ({ items }) =>
        items.length === 0
          ? 'Nobody said anything.'
          : table(
              ['ID', 'WHERE', 'STATE', 'WHO', 'WHAT'],
              items.map(({ id, path, startLine, body, author, resolvedAt, place }) => [
                id,
                startLine === null ? path : `${path}:${startLine}`,
                resolvedAt === null ? place.state : 'resolved',
                author.name,
                body.split('\n')[0] ?? '',
              ]),
            ),
      );
    });

  sessions
    .command('comment <session> <text>')
    .description('a comment on a file, or on lines of it; - reads the text from the input')
    .requiredOption('--path <file>')
    .option('--line <n>', 'a line, or the first and the last as 3-7')
    .option('--side <side>', 'old or new', 'new')
    .action(
      async (slug: string, given: string, { path, line, side }: { path: string; line?: string; side: string }) => {
        const body = { path, body: await words(given), ...(line === undefined ? {} : { side, ...linesOf(line) }) };
        const comment = await (await desk.api()).post<Thread>(`/sessions/${slug}/comments`, body);
        tell(terminal, comment, ({ id }) => `Kept: ${id}`);
      },
    );

  for (const [verb, decision, what] of [
    ['accept', 'accepted', 'accept the change as it stands'],
    ['request-changes', 'changes_requested', 'send it back, with words and comments'],
  ] as const)
    sessions
      .command(`${verb} <session>`)
      .description(what)
      .option('--note <text>', 'in a word')
      .option('--comment <id...>', 'comments that go along')
      .action(async (slug: string, { note, comment }: { note?: string; comment?: string[] }) => {
        const body = {
          decision,
          ...(note === undefined ? {} : { note }),
          ...(comment === undefined ? {} : { commentIds: comment }),
        };
        const review = await (await desk.api()).post<{ head: string; followUpSlug: string | null }>(
          `/sessions/${slug}/reviews`,
          body,
        );
        tell(terminal, review, ({ head, followUpSlug }) =>
          followUpSlug === null ? `${verb} of ${head.slice(0, 10)} is recorded.` : `${followUpSlug} goes on from here.`,
        );
      });

  sessions
    .command('merge <session>')
    .description('the branch into its base')
    .option('--merge-commit', 'a merge commit even where the base could move straight on')
    .option('--delete-branch', 'take the branch away afterwards')
    .option('--dry-run', 'only say what it would be')
    .action(async (slug: string, given: { mergeCommit?: boolean; deleteBranch?: boolean; dryRun?: boolean }) => {
      const api = await desk.api();
      if (given.dryRun) {
        const view = await api.get<{
          refusal: string | null;
          preview: { outcome: string; target: string; commits: number } | null;
        }>(`/sessions/${slug}/merge`);
        tell(
          terminal,
          view,
          ({ refusal, preview }) =>
            refusal ?? `${preview?.outcome} of ${preview?.commits} commits into ${preview?.target}`,
        );
        return desk.end(view.refusal === null ? exitCodes.ok : exitCodes.refused);
      }
      const body = { mergeCommit: given.mergeCommit === true, deleteBranch: given.deleteBranch === true };
      const merge = await api.post<Merge>(`/sessions/${slug}/merge`, body);
      tell(terminal, merge, ({ target, way, before, after, warning }) =>
        [
          `${target}: ${before} -> ${after} (${way})`,
          `undo: git reset --hard ${before}`,
          ...(warning === null ? [] : [warning]),
        ].join('\n'),
      );
    });

  sessions
    .command('report <session>')
    .description('the session as one HTML file')
    .option('-o, --output <file>', 'into a file instead of the output')
    .action(async (slug: string, { output }: { output?: string }) => {
      const html = await (await desk.api()).text(`/sessions/${slug}/report`, 'text/html');
      if (output === undefined) return terminal.out(html);
      await writeFile(output, html);
      tell(terminal, { file: output, bytes: Buffer.byteLength(html) }, ({ file, bytes }) => `${file}, ${bytes} bytes`);
    });
}

function linesOf(given: string): { startLine: number; endLine: number } {
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(given) ?? [];
  if (first === undefined) throw new Refusal(`${given} is no line: give 3, or 3-7.`, exitCodes.usage);
  return { startLine: Number(first), endLine: Number(last ?? first) };
}
