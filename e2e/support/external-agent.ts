import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Installation } from './installation.ts';
import { identityOf, killHard, type ProcessIdentity } from './processes.ts';
import { until } from './wait.ts';

const program = resolve(import.meta.dirname, '../../examples/external-agent/agent.mjs');

/** The reference agent as a process of its own; whatever it starts carries the data directory and ends with the installation. */
export interface ReferenceAgent {
  readonly agentId: string;
  readonly token: string;
  readonly signingSecret: string;
  /** SIGKILL of exactly this process. */
  kill(): Promise<void>;
}

export async function startAgent(
  house: Installation,
  name: string,
  code: string,
  more: Record<string, string> = {},
): Promise<ReferenceAgent> {
  const state = join(house.dataDir, `${name}.json`);
  const child = spawn(process.execPath, [program], {
    cwd: house.folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: house.folder,
      ORCHESTRATOR_URL: house.url,
      ENROLMENT_CODE: code,
      AGENT_NAME: name,
      AGENT_STATE: state,
      ...more,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const identity: ProcessIdentity | null = child.pid === undefined ? null : await identityOf(child.pid);
  await until(
    `${name} to enrol`,
    async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${output}`);
      return output.includes('waiting for tasks');
    },
    60,
  );
  const known = JSON.parse(await readFile(state, 'utf8')) as Omit<ReferenceAgent, 'kill'>;
  return {
    ...known,
    async kill() {
      if (identity) await killHard(identity);
    },
  };
}
