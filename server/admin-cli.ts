/** Local administration from a terminal: `npm run token -- --email a@b --scopes sessions:read`, `npm run audit:verify`,
 * `npm run drill -- --part opencode`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Config, loadConfig } from './config.ts';
import { scopes as knownScopes } from './domain/actor.ts';
import { type DrillPart, drillParts, drillSeconds } from './domain/drill.ts';
import { errorCodeOf } from './domain/errors.ts';
import {
  type DrillSeen,
  drillSeenThroughSocket,
  drillThroughSocket,
  type IssueInput,
  issueThroughSocket,
  type TeamVerdict,
  verifyThroughSocket,
} from './infrastructure/admin-socket.ts';
import type { withLocalServices } from './local.ts';

const usage = `Usage: npm run token -- --email <user> --scopes <a,b,…> [--name <name>]
       npm run audit:verify
       npm run drill -- --part <${drillParts.join('|')}>
Scopes: ${knownScopes.join(', ')}`;

type Command = { name: 'token'; input: IssueInput } | { name: 'audit:verify' } | { name: 'drill'; part: DrillPart };

function readArguments(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      email: { type: 'string' },
      scopes: { type: 'string' },
      name: { type: 'string' },
      part: { type: 'string' },
    },
  });
  const [command, ...rest] = positionals;
  if (command === 'audit:verify' && rest.length === 0 && Object.keys(values).length === 0) return { name: command };
  if (command === 'drill' && rest.length === 0) {
    const part = drillParts.find((known) => known === values.part);
    if (part === undefined) throw new Error(`Say what is to be killed with --part.\n${usage}`);
    return { name: command, part };
  }
  if (command !== 'token' || rest.length > 0) throw new Error(usage);
  if (!values.email) throw new Error(`Say whose token it is with --email.\n${usage}`);
  const scopes = (values.scopes ?? '').split(/[\s,]+/).filter(Boolean);
  if (scopes.length === 0) throw new Error(`Say what it may do with --scopes.\n${usage}`);
  return { name: command, input: { email: values.email, scopes, name: values.name ?? 'command line' } };
}

type LocalServices = Parameters<Parameters<typeof withLocalServices>[1]>[0];

/** Through the running app; without one, through the database itself. The app may be about to start, or to stop. */
async function done<T>(
  config: Config,
  remote: (path: string) => Promise<T | null>,
  local: (services: LocalServices) => Promise<T>,
): Promise<T> {
  const path = join(config.dataDir, 'admin.sock');
  for (let tries = 0; ; tries++) {
    const answer = await remote(path);
    if (answer !== null) return answer;
    try {
      // Loaded only when it is needed: the database is most of the start-up time.
      const { withLocalServices: opened } = await import('./local.ts');
      return await opened(config, local);
    } catch (error) {
      // A refusal is final; a locked directory may belong to an app whose socket is not open yet.
      const locked = existsSync(join(config.dataDir, 'orchestrator.lock'));
      if (errorCodeOf(error) !== null || !locked || tries >= 40) throw error;
      await sleep(500);
    }
  }
}

/** One line a team; a broken chain fails the command. */
function report(verdicts: readonly TeamVerdict[]): void {
  for (const { team, entries, firstBroken } of verdicts) {
    const found = firstBroken === null ? 'whole' : `BROKEN at entry ${firstBroken}`;
    process.stdout.write(`${team}: ${entries} ${entries === 1 ? 'entry' : 'entries'}, ${found}\n`);
    if (firstBroken !== null) process.exitCode = 1;
  }
  if (verdicts.length === 0) process.stdout.write('There is no team yet, so nothing is recorded.\n');
}

/** Tells the looks of a drill as they come, over the death of the app itself, and then the report. */
async function drill(config: Config, part: DrillPart): Promise<void> {
  const path = join(config.dataDir, 'admin.sock');
  const begun = await drillThroughSocket(path, part);
  if (begun === null) throw new Error(`No app runs for ${config.dataDir}: a drill needs something to kill.`);
  process.stdout.write(`Killed: ${begun.killed}\n`);
  let told = 0;
  for (let second = 0; second < drillSeconds * 2; second++) {
    const seen = await drillSeenThroughSocket(path, begun.id).catch(() => null);
    if (seen === null) process.stdout.write('  the app is away\n');
    for (const look of seen?.readings.slice(told) ?? [])
      process.stdout.write(
        `${String(look.second).padStart(4)} s  ${look.ok ? 'well' : 'AWAY'}  ${look.part}: ${look.detail}\n`,
      );
    told = seen?.readings.length ?? told;
    if (seen?.report) return concluded(seen.report);
    await sleep(1000);
  }
  throw new Error('The drill did not come to its end; /admin/drill shows how far it is.');
}

function concluded({ backAfterSeconds, sessions, lost, wentOn, begunAgain }: NonNullable<DrillSeen['report']>): void {
  for (const [part, seconds] of Object.entries(backAfterSeconds))
    process.stdout.write(`${part}: ${seconds === null ? 'NOT BACK' : `back after ${seconds} s`}\n`);
  if (Object.keys(backAfterSeconds).length === 0) process.stdout.write('No look found any part away.\n');
  process.stdout.write(
    `${sessions} ${sessions === 1 ? 'session' : 'sessions'} at work: ${lost.length} lost${lost.length > 0 ? ` (${lost.join(', ')})` : ''}; `,
  );
  process.stdout.write(`attempts: ${wentOn} went on, ${begunAgain} begun again\n`);
  if (lost.length > 0 || Object.values(backAfterSeconds).includes(null)) process.exitCode = 1;
}

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const command = readArguments(process.argv.slice(2));
  const config = loadConfig(process.env);
  if (command.name === 'audit:verify') {
    report(await done(config, verifyThroughSocket, ({ audit }) => audit.verifyAll()));
    return;
  }
  if (command.name === 'drill') return drill(config, command.part);
  const { input } = command;
  const token = await done(
    config,
    (path) => issueThroughSocket(path, input),
    async ({ tokens }) => (await tokens.issue(input)).token,
  );
  process.stdout.write(`${token}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
