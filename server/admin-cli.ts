/** Local administration from a terminal: `npm run token -- --email a@b --scopes sessions:read,sessions:write`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from './config.ts';
import { scopes as knownScopes } from './domain/actor.ts';
import { errorCodeOf } from './domain/errors.ts';
import { type IssueInput, issueThroughSocket } from './infrastructure/admin-socket.ts';

const usage = `Usage: npm run token -- --email <user> --scopes <a,b,…> [--name <name>]
Scopes: ${knownScopes.join(', ')}`;

function readArguments(args: readonly string[]): IssueInput {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { email: { type: 'string' }, scopes: { type: 'string' }, name: { type: 'string' } },
  });
  const [command, ...rest] = positionals;
  if (command !== 'token' || rest.length > 0) throw new Error(usage);
  if (!values.email) throw new Error(`Say whose token it is with --email.\n${usage}`);
  const scopes = (values.scopes ?? '').split(/[\s,]+/).filter(Boolean);
  if (scopes.length === 0) throw new Error(`Say what it may do with --scopes.\n${usage}`);
  return { email: values.email, scopes, name: values.name ?? 'command line' };
}

/** Through the running app; without one, through the database itself. The app may be about to start, or to stop. */
async function issue(config: Config, input: IssueInput): Promise<string> {
  const path = join(config.dataDir, 'admin.sock');
  for (let tries = 0; ; tries++) {
    const token = await issueThroughSocket(path, input);
    if (token !== null) return token;
    try {
      // Loaded only when it is needed: the database is most of the start-up time.
      const { withLocalServices } = await import('./local.ts');
      return await withLocalServices(config, async (services) => (await services.tokens.issue(input)).token);
    } catch (error) {
      // A refusal is final; a locked directory may belong to an app whose socket is not open yet.
      const locked = existsSync(join(config.dataDir, 'orchestrator.lock'));
      if (errorCodeOf(error) !== null || !locked || tries >= 40) throw error;
      await sleep(500);
    }
  }
}

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const input = readArguments(process.argv.slice(2));
  const token = await issue(loadConfig(process.env), input);
  process.stdout.write(`${token}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
