import type { InstanceSelf } from '../instance-port.ts';

/** An instance without company that has been up for an hour, named as the data directory of a test. */
export const aloneInstance = (id: string): InstanceSelf => ({
  id,
  host: 'test-host',
  pid: process.pid,
  url: 'http://127.0.0.1:1',
  clustered: false,
  startedAt: new Date(Date.now() - 3_600_000),
  vitals: () => ({ loops: [], sessions: 0, attempts: 0 }),
  coordination: () => ({ kind: 'in_process', ok: true, detail: 'alone' }),
});
