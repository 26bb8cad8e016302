// `kill -9` at every named point, over and over, under a stream of sessions; see docs/faults.md, row 1.
import { setTimeout as delay } from 'node:timers/promises';
import { expectSoundHistory } from '../../e2e/support/history.ts';
import { createInstallation } from '../../e2e/support/installation.ts';
import { script } from '../../e2e/support/rest.ts';
import { FAULT_POINTS } from '../../server/config.ts';
import { percentile } from './storm-checks.ts';

const prompt = script(`
- write: { path: result.txt, content: "one\\n" }
- bash: node tally.js once 200
- say: The result is written.
`);

export interface KillsReport {
  readonly database: string;
  readonly kills: number;
  readonly sessions: number;
  readonly wrong: string[];
  readonly readyAgain: { p50: number; p99: number };
}

/** Those a session comes to by itself. */
const sessionPoints = FAULT_POINTS.filter((point) => point !== 'mid_dataset');

/** So many rounds over all points; each kill meets a session of its own, which must end well, once. */
export async function kills(options: {
  database: 'embedded' | 'postgres';
  rounds: number;
  say: (line: string) => void;
}): Promise<KillsReport> {
  const { database, rounds, say } = options;
  const house = await createInstallation({ database });
  const wrong: string[] = [];
  const readyAgain: number[] = [];
  let count = 0;
  try {
    let app = await house.start();
    const api = await house.api();
    const source = await house.repository();
    const repository = await api.register(source, { verify: ['node check.js'] });
    for (let round = 0; round < rounds; round += 1) {
      for (const point of sessionPoints) {
        await app.kill();
        app = await house.start({ FAULT_AT: point });
        const { id, slug } = await api.create({ repositoryId: repository.id, prompt });
        await app.ended();
        count += 1;
        const at = Date.now();
        app = await house.start();
        readyAgain.push((Date.now() - at) / 1000);
        await api
          .waitFor(id, 'completed')
          .then(() =>
            expectSoundHistory(api, id, {
              repository: source,
              files: { 'result.txt': 'one\n', 'tally.txt': 'once\n' },
            }),
          )
          .catch((error: unknown) => {
            wrong.push(`${slug} killed at ${point}: ${error instanceof Error ? error.message : String(error)}`);
          });
        await delay(0);
      }
      say(`${database}: ${count} kills, ${wrong.length} wrong`);
    }
  } finally {
    await house.close();
  }
  return {
    database,
    kills: count,
    sessions: count,
    wrong,
    readyAgain: { p50: percentile(readyAgain, 0.5), p99: percentile(readyAgain, 0.99) },
  };
}
