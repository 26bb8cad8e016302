#!/usr/bin/env node
// The command line: a thin client of the REST API that knows nothing the API does not tell.
import { Command, CommanderError } from 'commander';
import { accessOf } from './access.ts';
import { type Api, apiOf, exitCodes, Refusal } from './api.ts';
import { adminCommands } from './commands/admin.ts';
import { askCommands } from './commands/asks.ts';
import { reviewCommands } from './commands/review.ts';
import { sessionCommands } from './commands/sessions.ts';
import type { Terminal } from './terminal.ts';

/** What every command is handed. */
export interface Desk {
  readonly terminal: Terminal;
  api(): Promise<Api>;
  given(): { url?: string; token?: string };
  /** How the program ends when nothing went wrong. */
  end(code: number): void;
}

export async function main(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  let ending: number = exitCodes.ok;
  const program = new Command('orchestrator');
  const globals = () => program.opts<{ url?: string; token?: string; json?: boolean }>();
  const desk: Desk = {
    terminal: {
      get json() {
        return globals().json === true;
      },
      out: (text) => void process.stdout.write(text),
    },
    api: async () => apiOf(await accessOf(globals(), environment)),
    given: globals,
    end: (code) => {
      ending = code;
    },
  };
  program
    .description('The control room from a terminal. ORCHESTRATOR_URL and ORCHESTRATOR_TOKEN say which server and who.')
    .option('--url <address>', 'the server')
    .option('--token <token>', 'an API token; better in ORCHESTRATOR_TOKEN, where others do not see it')
    .option('--json', 'answer with data')
    .addHelpText(
      'after',
      '\nEnds with 0 when done, 1 when a watched session did not complete, 2 for wrong usage, 3 not allowed, 4 not found,\n5 refused by the state of things, 6 invalid, 7 the server is not available.',
    )
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text) });
  const sessions = program.command('sessions').description('sessions and what is done with them');
  sessionCommands(sessions, desk);
  reviewCommands(sessions, desk);
  askCommands(program, desk);
  adminCommands(program, desk, environment);
  // Options of the program are understood after a command's name too.
  for (const one of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => [...commands])]) {
    one.exitOverride();
    if (one !== program && one.commands.length === 0)
      one.option('--json', 'answer with data').hook('preAction', () => {
        if (one.opts<{ json?: boolean }>().json === true) program.setOptionValue('json', true);
      });
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
    return ending;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    if (!(error instanceof Refusal)) throw error;
    const { code, message, details } = error;
    if (desk.terminal.json) process.stderr.write(`${JSON.stringify({ error: { code, message, details } })}\n`);
    else process.stderr.write(`${message}\n`);
    return error.exitCode;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2), process.env);
