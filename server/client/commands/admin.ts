import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { accessOf, keepAccess } from '../access.ts';
import { apiOf, exitCodes, Refusal } from '../api.ts';
import type { Desk } from '../orchestrator.ts';
import { table, tell } from '../terminal.ts';

interface Agent {
  readonly name: string;
  readonly type: string;
  readonly state: string;
  readonly tier: string;
  readonly load: { readonly current: number; readonly max: number };
}

/** Login, agents, the audit, and whether all is well. */
export function adminCommands(program: Command, desk: Desk, environment: NodeJS.ProcessEnv): void {
  const { terminal } = desk;

  program
    .command('login')
    .description('keep a server and a token for the next calls; the token is asked for, or read from the input')
    .action(async () => {
      const { url = environment.ORCHESTRATOR_URL, token = await askedToken() } = desk.given();
      const access = await accessOf({ url, token }, environment);
      await apiOf(access).get('/sessions', { limit: '1' });
      const file = await keepAccess(access, environment);
      tell(
        terminal,
        { url: access.url, file },
        (one) => `Logged in to ${one.url}; kept in ${one.file}, readable by you alone.`,
      );
    });

  const agents = program.command('agents').description('the fleet');
  agents
    .command('list')
    .description('every agent with its state')
    .action(async () => {
      const page = await (await desk.api()).get<{ items: Agent[] }>('/agents', { limit: '100' });
      tell(terminal, page, ({ items }) =>
        table(
          ['AGENT', 'TYPE', 'STATE', 'TIER', 'LOAD'],
          items.map(({ name, type, state, tier, load }) => [name, type, state, tier, `${load.current}/${load.max}`]),
        ),
      );
    });
  agents
    .command('route <capability...>')
    .description('who would be chosen, and why')
    .option('--technology <name...>')
    .action(async (requiredCapabilities: string[], { technology }: { technology?: string[] }) => {
      const body = { requiredCapabilities, ...(technology === undefined ? {} : { technologies: technology }) };
      tell(
        terminal,
        await (await desk.api()).post<{ sentence: string }>('/agents/route', body),
        ({ sentence }) => sentence,
      );
    });

  program
    .command('audit')
    .description('the record')
    .command('verify')
    .description('read the whole chain and name the first broken entry; ends with 1 when there is one')
    .action(async () => {
      const verdict = await (await desk.api()).get<{ entries: number; firstBroken: number | null }>(
        '/audit/verification',
      );
      tell(terminal, verdict, ({ entries, firstBroken }) =>
        firstBroken === null
          ? `${entries} entries, the chain is whole.`
          : `The chain is broken at entry ${firstBroken}.`,
      );
      if (verdict.firstBroken !== null) desk.end(exitCodes.notCompleted);
    });

  program
    .command('doctor')
    .description('whether the server is well and the token good; ends with 7 or 3 when not')
    .action(async () => {
      const access = await accessOf(desk.given(), environment);
      const ready = await readiness(access.url);
      const token = await apiOf(access)
        .get('/sessions', { limit: '1' })
        .then(
          () => null,
          (error: unknown) => {
            if (error instanceof Refusal) return error;
            throw error;
          },
        );
      const parts = Object.entries(ready.parts).map(([name, { ok, detail }]) => [
        name,
        ok ? 'ok' : 'FAILS',
        detail ?? '',
      ]);
      tell(
        terminal,
        { url: access.url, ready: ready.ready, parts: ready.parts, token: token?.message ?? 'ok' },
        (one) =>
          `${table(['PART', 'STATE', 'DETAIL'], [...parts, ['token', token === null ? 'ok' : 'FAILS', token?.message ?? '']])}\n${one.url} is ${one.ready ? 'ready' : 'not ready'}.`,
      );
      if (token !== null) desk.end(token.exitCode);
      else if (!ready.ready) desk.end(exitCodes.unavailable);
    });
}

interface Readiness {
  readonly ready: boolean;
  readonly parts: Readonly<Record<string, { readonly ok: boolean; readonly detail?: string }>>;
}

async function readiness(url: string): Promise<Readiness> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/health/ready`);
    return (await response.json()) as Readiness;
  } catch {
    throw new Refusal(`${url} does not answer as this server does.`, exitCodes.unavailable, 'UNREACHABLE');
  }
}

/** From a pipe, or typed; a terminal shows what is typed, so pasting through a pipe is the quieter way. */
async function askedToken(): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  process.stderr.write('API token: ');
  try {
    for await (const line of lines) return line.trim();
    return '';
  } finally {
    lines.close();
  }
}
