import { invalid } from '../../domain/errors.ts';
import type { RuntimeFleet, RuntimeSight, RuntimeTarget } from '../runtime-port.ts';

export const healthy: RuntimeSight = {
  state: 'online',
  detail: 'Healthy',
  softwareVersion: '1.18.33',
  circuit: 'closed',
  parkedUntil: null,
  models: ['far/large'],
  filesSeen: true,
  answered: true,
};

/** Servers that are what a test says they are; one whose password is `wrong` refuses it. */
export function createFleetByHand(): RuntimeFleet & { kept: RuntimeTarget[]; sights: Map<string, RuntimeSight> } {
  const fleet = {
    kept: [] as RuntimeTarget[],
    sights: new Map<string, RuntimeSight>(),
    keep: (targets: readonly RuntimeTarget[]) => {
      fleet.kept = [...targets];
    },
    sight: (id: string) => fleet.sights.get(id) ?? null,
    check: async (id: string) => fleet.sights.get(id) ?? null,
    probe: async ({ password }: { password: string }) => {
      if (password === 'wrong') throw invalid([{ path: 'password', message: 'The server refuses it.' }]);
      return healthy;
    },
    defaultModel: () => 'rehearsal/scripted',
    configFor: (token: string) => JSON.stringify({ token }),
  };
  return fleet;
}
