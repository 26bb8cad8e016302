import { sql } from 'drizzle-orm';
import { openDatabase } from '../db/client.ts';
import { type Figure, figure } from './figures.ts';
import { inHouse, production, worker } from './house.ts';

const sessions = 10;
const quiet = { info: () => {}, warn: () => {} };

/**
 * From `ready` to the model: sessions in a row in one app; the first one wakes OpenCode and is not counted. Read
 * afterwards from the stored moments, all by the clock of the database.
 */
export function firstRequest(): Promise<Figure[]> {
  return inHouse(async (house) => {
    const app = await house.start(production);
    const { run } = await worker(house);
    const ids: string[] = [];
    for (let round = 0; round <= sessions; round += 1)
      ids.push((await run('- write: { path: result.txt, content: "one\\n" }')).id);
    await app.stop();

    const { db, close } = await openDatabase({ dataDir: house.dataDir, log: quiet });
    try {
      const result: unknown = await db.execute(sql`
        select e.session_id, extract(epoch from min(e.at) filter (where e.type = 'task.status_changed' and e.payload->>'to' = 'ready')) * 1000 as ready,
          extract(epoch from min(e.at) filter (where e.type = 'task.status_changed' and e.payload->>'to' = 'in_progress')) * 1000 as begun,
          (select extract(epoch from min(c.at - make_interval(secs => c.latency_ms / 1000.0))) * 1000
            from model_calls c where c.session_id = e.session_id) as asked
        from events e where e.session_id is not null group by e.session_id`);
      const rows = Reflect.get(Object(result), 'rows') as Record<'session_id' | 'ready' | 'begun' | 'asked', string>[];
      const warm = rows.filter((row) => ids.indexOf(row.session_id) > 0);
      const between = (from: 'ready' | 'begun', to: 'begun' | 'asked') =>
        warm.map((row) => Number(row[to]) - Number(row[from]));
      return [
        figure('task ready → first request at the model', 'ms', between('ready', 'asked'), { atMost: 300 }),
        figure('… of it: ready → in progress (routed, worktree, posted)', 'ms', between('ready', 'begun')),
        figure('… of it: in progress → first request', 'ms', between('begun', 'asked')),
      ];
    } finally {
      await close();
    }
  });
}
