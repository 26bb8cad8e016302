import fc from 'fast-check';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type House, openHouse } from '../testing/house.ts';
import { beginModel, endModel, inspect, type Real } from '../testing/session-model.ts';
import { sessionCommands } from '../testing/session-model-commands.ts';

/** A failure prints seed, path and replayPath: give them back by these variables. `npm run faults` asks for more runs. */
const { MODEL_RUNS = '5', MODEL_SEED, MODEL_PATH, MODEL_REPLAY } = process.env;
const runs = Number(MODEL_RUNS);

describe.each(['pglite', 'postgres'] as const)('the machine of a session against its model, on %s', (kind) => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse(kind);
  });
  afterAll(() => house.close());

  test(
    'whatever is commanded, ticked and lost through two instances, rows, slots, attempts and history are as the rules say',
    async () => {
      const commands = fc.commands(sessionCommands, {
        maxCommands: 24,
        size: 'max',
        ...(MODEL_REPLAY ? { replayPath: MODEL_REPLAY } : {}),
      });
      await fc.assert(
        fc.asyncProperty(commands, async (list) => {
          const begun = await beginModel(house, 3);
          try {
            await fc.asyncModelRun(() => begun, list);
            await inspect(begun.real, begun.model);
          } finally {
            await endModel(begun.real as Real);
          }
        }),
        {
          numRuns: runs,
          ...(MODEL_SEED ? { seed: Number(MODEL_SEED) } : {}),
          ...(MODEL_PATH ? { path: MODEL_PATH } : {}),
          // Time to shrink a failure, and no more.
          interruptAfterTimeLimit: 30_000 + runs * 10_000,
        },
      );
    },
    60_000 + runs * 12_000,
  );
});
