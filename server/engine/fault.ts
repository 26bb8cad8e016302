import type { Fault } from '../application/ports.ts';

/** `FAULT_AT` ends this very process at a named point, as hard as a power cut ends it; for tests only. */
export function faultAt(wanted: string | null): Fault {
  return (point) => {
    if (point === wanted) process.kill(process.pid, 'SIGKILL');
  };
}
