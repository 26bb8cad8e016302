import type postgresTypes from 'postgres';
import { currentTeam } from './team-scope.ts';

type Transaction = postgresTypes.TransactionSql;
type Begin = (work: (tx: Transaction) => unknown) => Promise<unknown>;

/**
 * One client over two pools: what is done for a team goes through connections of the role that sees one team, each
 * transaction of which says which; everything else goes through the engine's, in the one round trip it always took.
 */
export function scopedClient(engine: postgresTypes.Sql, people: postgresTypes.Sql): postgresTypes.Sql {
  const unsafe = engine.unsafe.bind(engine);
  const beginEngine: Begin = engine.begin.bind(engine);
  const beginPeople: Begin = people.begin.bind(people);

  const beginFor = (teamId: string, work: (tx: Transaction) => unknown) =>
    beginPeople(async (tx) => {
      // Not awaited before the work: both travel together, and if the first is refused the rest is too.
      const [, answer] = await Promise.all([
        tx.unsafe(`select set_config('app.team_id', $1, true)`, [teamId], { prepare: true }),
        work(tx),
      ]);
      return answer;
    });

  const unsafeFor = (teamId: string, ...given: Parameters<typeof unsafe>) => {
    const run = (values: boolean) =>
      beginFor(teamId, (tx) => (values ? tx.unsafe(...given).values() : tx.unsafe(...given)));
    let answer: Promise<unknown> | null = null;
    const once = () => {
      answer ??= run(false);
      return answer;
    };
    // What drizzle asks of a pending query: to be awaited, as rows by name or as rows of values.
    return {
      // biome-ignore lint/suspicious/noThenProperty: a pending query is one that is begun when it is awaited
      then: (done: (rows: unknown) => unknown, failed?: (error: unknown) => unknown) => once().then(done, failed),
      catch: (failed: (error: unknown) => unknown) => once().catch(failed),
      finally: (over: () => void) => once().finally(over),
      values: () => run(true),
    };
  };

  Reflect.set(engine, 'unsafe', (...given: Parameters<typeof unsafe>) => {
    const teamId = currentTeam();
    return teamId === null ? unsafe(...given) : unsafeFor(teamId, ...given);
  });
  Reflect.set(engine, 'begin', (work: (tx: Transaction) => unknown) => {
    const teamId = currentTeam();
    return teamId === null ? beginEngine(work) : beginFor(teamId, work);
  });
  return engine;
}
