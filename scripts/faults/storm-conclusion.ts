import { setTimeout as delay } from 'node:timers/promises';
import type postgres from 'postgres';
import { expectSoundHistory } from '../../e2e/support/history.ts';
import type { Installation } from '../../e2e/support/installation.ts';
import type { RestClient, TimelineEvent } from '../../e2e/support/rest.ts';
import {
  type Call,
  linearizable,
  type RegisterInput,
  type RegisterOutput,
  settled,
  versionedRegister,
} from './linearizability.ts';
import { inspectDatabase } from './storm-checks.ts';
import { truthOfPages } from './storm-pages.ts';

interface Aftermath {
  readonly sql: postgres.Sql;
  readonly api: RestClient;
  readonly houses: readonly Installation[];
  readonly token: string;
  readonly created: readonly { readonly id: string; readonly slug: string; readonly source: string }[];
  /** What each repository must hold in the end. */
  readonly files: Readonly<Record<string, string>>;
  /** Every event some client was told, by id. */
  readonly seen: ReadonlyMap<string, TimelineEvent>;
  /** The writes and reads of the context, as their callers saw them. */
  readonly calls: readonly Call<RegisterInput, RegisterOutput>[];
}

/** What is left of the storm, held against what was acknowledged: the tables, every history, the context, the pages. */
export async function conclude({ sql, api, houses, token, created, files, seen, calls }: Aftermath) {
  const lost: string[] = [];
  const wrong: string[] = [];
  const duplicated: string[] = [];
  // The outbox is to be empty by then.
  await delay(6_000);
  const found = await inspectDatabase(sql);
  wrong.push(...found.wrong);
  for (const { id, slug, source } of created) {
    const events = await api.events(id).catch(() => []);
    const known = new Map(events.map((event) => [event.id, event]));
    for (const event of seen.values())
      if (event.sessionId === id && known.get(event.id)?.seq !== event.seq) lost.push(`${slug} event ${event.seq}`);
    await expectSoundHistory(api, id, { repository: source, files, tasks: 3 }).catch((error: unknown) => {
      const words = error instanceof Error ? error.message.split('\n').slice(0, 4).join(' ') : String(error);
      (/once|one commit/.test(words) ? duplicated : wrong).push(`${slug}: ${words}`);
    });
  }
  const verdict = linearizable(settled(calls), versionedRegister());
  if (!verdict.linearizable) wrong.push(`the writes of the context have no order: ${JSON.stringify(verdict.stuck)}`);
  wrong.push(...(await truthOfPages([...houses], token, created.slice(0, 6), sql)));
  const written = calls.filter(({ input, output }) => input.do === 'write' && output !== null && output !== 'conflict');
  return {
    lost,
    duplicated,
    wrong,
    acknowledged: created.length + written.length + seen.size,
    transitions: found.transitions,
    events: found.events,
    takeovers: found.takeovers,
  };
}
