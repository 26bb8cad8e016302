import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { type Api, exitCodes, Refusal } from '../api.ts';
import type { Desk } from '../orchestrator.ts';
import { eventLine, table, tell } from '../terminal.ts';

export interface Session {
  readonly id: string;
  readonly slug: string;
  readonly title: string;
  readonly status: string;
  readonly proof: string | null;
  readonly attention: { readonly kind: string };
  readonly progress: { readonly completed: number; readonly total: number };
  readonly error: { readonly message: string } | null;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  readonly nextCursor: string | null;
}

const over = new Set(['completed', 'partially_completed', 'failed', 'timeout', 'stopped', 'cancelled', 'orphaned']);

const line = ({ slug, status, proof, attention, progress, title }: Session) => [
  slug,
  status,
  proof ?? '',
  attention.kind === 'none' ? '' : `needs: ${attention.kind}`,
  `${progress.completed}/${progress.total}`,
  title,
];

const many = (value: string, before: string[] = []) => [...before, value];

/** `-` is what comes in, anything else is itself. */
export async function words(given: string): Promise<string> {
  return given === '-' ? text(process.stdin) : given;
}

export function sessionCommands(sessions: Command, desk: Desk): void {
  const { terminal } = desk;
  const show = (session: Session) => tell(terminal, session, (one) => told(one));

  sessions
    .command('list')
    .description('the sessions, newest first')
    .option('--status <status>', 'only in this state; may be repeated', many)
    .option('--q <words>', 'only with these words in slug, title or prompt')
    .option('--limit <n>', 'at most so many', '20')
    .action(async ({ status, q, limit }: { status?: string[]; q?: string; limit: string }) => {
      const page = await (await desk.api()).get<Page<Session>>('/sessions', { status, q, limit });
      tell(terminal, page, ({ items, total }) =>
        items.length === 0
          ? 'There is no such session.'
          : `${table(['SESSION', 'STATE', 'PROOF', 'ATTENTION', 'DONE', 'TITLE'], items.map(line))}\n${items.length} of ${total}`,
      );
    });

  sessions
    .command('show <session>')
    .description('one session')
    .action(async (slug: string) => show(await (await desk.api()).get<Session>(`/sessions/${slug}`)));

  sessions
    .command('create')
    .description('a new session')
    .requiredOption('--title <title>')
    .requiredOption('--repository <repository>', 'id, name or source of a registered one')
    .option('--prompt <text>', 'the goal; - reads it from the input', '-')
    .option('--prompt-file <file>', 'the goal, from a file')
    .option('--blueprint <key>')
    .option('--model <provider/model>')
    .option('--parent <session>')
    .option('--no-start', 'leave it pending')
    .option('--watch', 'follow it, and end with its result')
    .action(async (given: Record<string, string | boolean>) => {
      const api = await desk.api();
      const file = given.promptFile;
      const prompt = typeof file === 'string' ? await fileText(file) : await words(String(given.prompt));
      const session = await api.post<Session>('/sessions', {
        title: given.title,
        prompt,
        repositoryId: await repositoryId(api, String(given.repository)),
        start: given.start,
        ...(given.blueprint ? { blueprint: given.blueprint } : {}),
        ...(given.model ? { model: given.model } : {}),
        ...(given.parent ? { parentId: (await api.get<Session>(`/sessions/${given.parent}`)).id } : {}),
      });
      if (!given.watch) return show(session);
      if (!terminal.json) terminal.out(`${told(session)}\n`);
      await watch(desk, api, session.slug);
    });

  for (const [verb, what] of [
    ['start', 'start a pending session'],
    ['pause', 'hold it; nothing is lost'],
    ['resume', 'let it go on'],
    ['stop', 'end its agents; only a retry goes on, from its last checkpoint'],
    ['cancel', 'end it for good'],
    ['retry', 'run what did not complete again'],
  ] as const)
    sessions
      .command(`${verb} <session>`)
      .description(what)
      .option('--reason <text>', 'for the audit')
      .action(async (slug: string, { reason }: { reason?: string }) => {
        const body = reason === undefined ? {} : { reason };
        show(await (await desk.api()).post<Session>(`/sessions/${slug}/${verb}`, body));
      });

  sessions
    .command('prompt <session> <text>')
    .description('words for the agent at work; - reads them from the input')
    .option('--task <id>', 'the task they are for, when several run')
    .action(async (slug: string, given: string, { task }: { task?: string }) => {
      const body = { text: await words(given), ...(task === undefined ? {} : { taskId: task }) };
      const prompt = await (await desk.api()).post<{ id: string }>(`/sessions/${slug}/prompt`, body);
      tell(terminal, prompt, () => 'Taken; the agent reads it when its present step is done.');
    });

  sessions
    .command('watch <session>')
    .description('the timeline as it grows; ends with the session: 0 when it completed, 1 otherwise')
    .option('--after <seq>', 'from behind this event on', '0')
    .action(async (slug: string, { after }: { after: string }) =>
      watch(desk, await desk.api(), slug, Number(after) || 0),
    );

  sessions
    .command('export <session>')
    .description('session, timeline, patch and report into a folder')
    .option('-o, --output <folder>')
    .action(async (slug: string, { output }: { output?: string }) => {
      const api = await desk.api();
      const session = await api.get<Session>(`/sessions/${slug}`);
      const folder = resolve(output ?? session.slug);
      await mkdir(folder, { recursive: true });
      const files = {
        'session.json': `${JSON.stringify(session, null, 2)}\n`,
        'events.jsonl': (await allEvents(api, slug)).map((event) => `${JSON.stringify(event)}\n`).join(''),
        'changes.patch': await api.text(`/sessions/${slug}/diff`, 'text/x-diff'),
        'report.html': await api.text(`/sessions/${slug}/report`, 'text/html'),
      };
      for (const [name, content] of Object.entries(files)) await writeFile(`${folder}/${name}`, content);
      tell(terminal, { folder, files: Object.keys(files) }, (one) => `${one.files.join(', ')} in ${one.folder}`);
    });
}

function told(session: Session): string {
  const words = line(session)
    .filter((word) => word !== '')
    .join('  ');
  return session.error === null ? words : `${words}\n${session.error.message}`;
}

/** Follows a session to its end; one that is over is told as it went. */
async function watch(desk: Desk, api: Api, slug: string, after = 0): Promise<void> {
  const { terminal } = desk;
  let last: Session = await api.get(`/sessions/${slug}`);
  let seen = after;
  const upTo = over.has(last.status)
    ? ((await api.get<{ lastSeq: number }>(`/sessions/${slug}/events`, { after: '0', limit: '1' })).lastSeq ?? 0)
    : null;
  if (upTo === null || upTo > after)
    for await (const event of api.events(slug, after)) {
      seen = event.seq ?? seen;
      terminal.out(terminal.json ? `${JSON.stringify(event)}\n` : `${eventLine(event)}\n`);
      const ended =
        event.type === 'session.status_changed' &&
        event.payload.taskId === undefined &&
        over.has(String(event.payload.to));
      if (upTo === null ? ended : seen >= upTo) break;
    }
  last = await api.get(`/sessions/${slug}`);
  if (!terminal.json) terminal.out(`${told(last)}\n`);
  desk.end(last.status === 'completed' ? exitCodes.ok : exitCodes.notCompleted);
}

async function allEvents(api: Api, slug: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let after = 0; ; ) {
    const query = { after: String(after), limit: '100' };
    const { items, nextAfter } = await api.get<{ items: unknown[]; nextAfter: number }>(
      `/sessions/${slug}/events`,
      query,
    );
    all.push(...items);
    if (items.length < 100) return all;
    after = nextAfter;
  }
}

async function repositoryId(api: Api, given: string): Promise<string> {
  const found: { id: string }[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { limit: '100', ...(cursor === undefined ? {} : { cursor }) };
    const page: Page<{ id: string; name: string; source: string }> = await api.get('/repositories', query);
    found.push(...page.items.filter(({ id, name, source }) => [id, name, source].includes(given)));
    cursor = page.nextCursor;
  }
  const [one] = found;
  if (one === undefined || found.length > 1)
    throw new Refusal(
      found.length > 1
        ? `${found.length} repositories are named ${given}; give the id.`
        : `There is no repository ${given}.`,
      exitCodes.notFound,
    );
  return one.id;
}

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new Refusal(`${file} cannot be read.`, exitCodes.usage);
  }
}
