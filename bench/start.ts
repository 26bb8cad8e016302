import { type Figure, figure } from './figures.ts';
import { answeredAfter, inHouse, production, worker } from './house.ts';

const restarts = 3;

/** Starts on a data directory that has been worked in: until the first page, and until OpenCode is ready too. */
export function start(): Promise<Figure[]> {
  return inHouse(async (house) => {
    const first = await house.start(production);
    const { run } = await worker(house);
    await run('- write: { path: result.txt, content: "one\\n" }');
    await first.stop();

    const pages: number[] = [];
    const ready: number[] = [];
    for (let round = 0; round < restarts; round += 1) {
      const began = performance.now();
      const starting = house.start(production);
      const [page, whole] = await Promise.all([
        answeredAfter(began, `${house.url}/login`, 60),
        answeredAfter(began, `${house.url}/health/ready`, 60, withRuntime),
      ]);
      pages.push(page);
      ready.push(whole);
      await (await starting).stop();
    }
    return [
      figure('existing data directory: first page', 'ms', pages, { atMost: 5_000 }),
      figure('existing data directory: ready, with OpenCode', 'ms', ready, { atMost: 8_000 }),
    ];
  });
}

/** Readiness does not wait for OpenCode; this does. */
function withRuntime(body: string): boolean {
  const { parts } = JSON.parse(body) as { parts: Record<string, { ok: boolean }> };
  return parts.runtime?.ok === true;
}
