import type { Command } from 'commander';
import { exitCodes, Refusal } from '../api.ts';
import type { Desk } from '../orchestrator.ts';
import { table, tell } from '../terminal.ts';

interface Ask {
  readonly id: string;
  readonly kind: string;
  readonly status: string;
  readonly title: string;
  readonly command: string | null;
  readonly question: string | null;
}

interface Approval {
  readonly id: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
}

interface AnswerOptions {
  readonly once?: boolean;
  readonly session?: boolean;
  readonly reject?: boolean;
  readonly message?: string;
  readonly answer?: string[];
}

/** The two inboxes: what agents ask, and what waits for a second person. */
export function askCommands(program: Command, desk: Desk): void {
  const { terminal } = desk;
  const asks = program.command('asks').description('what agents ask of people');

  asks
    .command('list')
    .description('the open ones')
    .action(async () => {
      const query = { status: ['open', 'escalated'], limit: '100' };
      const page = await (await desk.api()).get<{ items: Ask[] }>('/asks', query);
      tell(terminal, page, ({ items }) =>
        items.length === 0
          ? 'Nobody waits for an answer.'
          : table(
              ['ID', 'KIND', 'STATE', 'WHAT'],
              items.map(({ id, kind, status, command, question, title }) => [
                id,
                kind,
                status,
                command ?? question ?? title,
              ]),
            ),
      );
    });

  asks
    .command('answer <ask>')
    .description('answer once, for the session, no, or a question in words')
    .option('--once', 'allow it this time')
    .option('--session', 'allow it for the rest of the session')
    .option('--reject', 'do not allow it')
    .option('--message <text>', 'why not, for the agent')
    .option('--answer <text...>', 'the answer to a question')
    .action(async (id: string, given: AnswerOptions) => {
      const ask = await (await desk.api()).post<Ask>(`/asks/${id}/answer`, answerOf(given));
      tell(terminal, ask, ({ status }) => `The ask is ${status}.`);
    });

  const approvals = program.command('approvals').description('what waits for a second person');
  approvals
    .command('list')
    .description('the requests')
    .action(async () => {
      const page = await (await desk.api()).get<{ items: Approval[] }>('/approvals', { limit: '100' });
      tell(terminal, page, ({ items }) =>
        items.length === 0
          ? 'Nothing waits for an approval.'
          : table(
              ['ID', 'ACTION', 'STATE', 'REASON'],
              items.map(({ id, action, status, reason }) => [id, action, status, reason]),
            ),
      );
    });
  approvals
    .command('approve <approval>')
    .description('say yes, by typing what it is about')
    .requiredOption('--confirm <slug>', "the session's slug")
    .requiredOption('--note <text>')
    .action(async (id: string, { confirm, note }: { confirm: string; note: string }) => {
      const body = { confirmation: confirm, note };
      tell(
        terminal,
        await (await desk.api()).post<Approval>(`/approvals/${id}/approve`, body),
        ({ status }) => `It is ${status}.`,
      );
    });
  approvals
    .command('reject <approval>')
    .description('say no, with the reason')
    .requiredOption('--note <text>')
    .action(async (id: string, { note }: { note: string }) => {
      tell(
        terminal,
        await (await desk.api()).post<Approval>(`/approvals/${id}/reject`, { note }),
        ({ status }) => `It is ${status}.`,
      );
    });
}

function answerOf({ once, session, reject, message, answer }: AnswerOptions): unknown {
  const chosen = [once, session, reject, answer !== undefined].filter(Boolean).length;
  if (chosen !== 1) throw new Refusal('Say one of --once, --session, --reject or --answer.', exitCodes.usage);
  if (answer !== undefined) return { answers: answer };
  const decision = once ? 'once' : session ? 'session' : 'reject';
  return { decision, ...(message === undefined ? {} : { message }) };
}
