import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Access, exitCodes, Refusal } from './api.ts';

/** Where a login is kept: readable by its owner alone. */
function credentialsFile(environment: NodeJS.ProcessEnv): string {
  const base = environment.XDG_CONFIG_HOME || join(environment.HOME || homedir(), '.config');
  return join(base, 'orchestrator', 'credentials.json');
}

/** The server and token to use: an option, else the environment, else the last login. */
export async function accessOf(
  given: { url?: string | undefined; token?: string | undefined },
  environment: NodeJS.ProcessEnv,
): Promise<Access> {
  const kept = await keptAccess(environment);
  const url = given.url ?? environment.ORCHESTRATOR_URL ?? kept?.url;
  // A token is for the server it was given with: another address does not get it.
  const own =
    given.url === undefined || given.url === environment.ORCHESTRATOR_URL ? environment.ORCHESTRATOR_TOKEN : undefined;
  const token = given.token ?? own ?? (kept?.url === url ? kept?.token : undefined);
  if (url === undefined)
    throw new Refusal('Say which server: --url, ORCHESTRATOR_URL, or "orchestrator login".', exitCodes.usage);
  if (!URL.canParse(url))
    throw new Refusal(`${url} is no address: give one such as http://localhost:3000.`, exitCodes.usage);
  if (!token)
    throw new Refusal(
      `There is no token for ${url}: --token, ORCHESTRATOR_TOKEN, or "orchestrator login".`,
      exitCodes.forbidden,
    );
  return { url, token };
}

/** Keeps a login for the next calls. */
export async function keepAccess(access: Access, environment: NodeJS.ProcessEnv): Promise<string> {
  const file = credentialsFile(environment);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return file;
}

async function keptAccess(environment: NodeJS.ProcessEnv): Promise<Access | null> {
  const file = credentialsFile(environment);
  try {
    const { url, token } = JSON.parse(await readFile(file, 'utf8')) as Partial<Access>;
    return url && token ? { url, token } : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new Refusal(`${file} cannot be read: remove it and log in again.`, exitCodes.usage);
  }
}
