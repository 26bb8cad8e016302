import type { InstanceSelf } from '../instance-port.ts';

/** An instance without company, named as the data directory of a test. */
export const aloneInstance = (id: string): InstanceSelf => ({
  id,
  host: 'test-host',
  pid: process.pid,
  url: 'http://127.0.0.1:1',
  clustered: false,
  startedAt: new Date(),
  vitals: () => ({ loops: [], sessions: 0, attempts: 0 }),
  coordination: () => ({ kind: 'in_process', ok: true, detail: 'alone' }),
});
