import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Call,
  linearizable,
  type RegisterInput,
  type RegisterOutput,
  versionedRegister,
} from '../../scripts/faults/linearizability.ts';
import { errorCodeOf } from '../domain/errors.ts';
import { createInstance, type House, type Instance, makePlace, openHouse, type Place } from './testing/house.ts';

const writers = 6;
const callsEach = 10;

describe.each(['pglite', 'postgres'] as const)('a context that many write at once, on %s', (kind) => {
  let house: House;
  let place: Place;
  let instances: Instance[];
  beforeAll(async () => {
    house = await openHouse(kind);
    place = await makePlace(house);
    instances = [createInstance(house), createInstance(house, { owner: 'house.2' })];
  });
  afterAll(() => house.close());

  test('reads, writes and guarded writes through two instances are explained by one order of versions', async () => {
    const [first, second] = instances as [Instance, Instance];
    const { id } = await first.services.contexts.create(place.admin, { scope: 'global', name: 'shared' });
    const calls: Call<RegisterInput, RegisterOutput>[] = [];

    async function writer(number: number): Promise<void> {
      const { contexts } = (number % 2 === 0 ? first : second).services;
      let known = 1;
      for (let turn = 0; turn < callsEach; turn += 1) {
        const value = `writer ${number}, turn ${turn}`;
        const seen = turn % 3 === 1 ? known : undefined;
        const input: RegisterInput = turn % 3 === 2 ? { do: 'read' } : { do: 'write', value, seen };
        const began = performance.now();
        const output = await (input.do === 'read'
          ? contexts.get(place.admin, id)
          : contexts.patch(place.admin, id, { set: { value } }, { version: seen })
        ).then(
          ({ version, data }): RegisterOutput => ({
            version,
            value: typeof data.value === 'string' ? data.value : null,
          }),
          (error: unknown): RegisterOutput => {
            if (errorCodeOf(error) === 'CONFLICT') return 'conflict';
            throw error;
          },
        );
        calls.push({ by: `writer ${number}`, input, output, began, ended: performance.now() });
        if (output !== 'conflict') known = output.version;
      }
    }

    await Promise.all(Array.from({ length: writers }, (_, number) => writer(number)));
    expect(
      calls.some(({ output }) => output === 'conflict'),
      'they did get into each other’s way',
    ).toBe(true);
    expect(linearizable(calls, versionedRegister())).toEqual({ linearizable: true });

    const written = calls.filter(({ input, output }) => input.do === 'write' && output !== 'conflict');
    const { version } = await first.services.contexts.get(place.admin, id);
    expect(version).toBe(1 + written.length);
    const history = await first.services.contexts.history(place.admin, id);
    expect(history.map((change) => change.version)).toEqual(written.map((_, index) => version - index));
  });
});
