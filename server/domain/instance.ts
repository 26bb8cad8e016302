/** One process of the program among those that share a database. */

/** How a background loop of an instance fares. */
export interface LoopHealth {
  name: string;
  everySeconds: number;
  lastTickAt: Date | null;
  ticks: number;
  failures: number;
}

/** Seconds without a tick after which a loop is late: five turns and ten seconds. */
export function lateAfter({ everySeconds }: Pick<LoopHealth, 'everySeconds'>): number {
  return everySeconds * 5 + 10;
}

export function isLate(
  { everySeconds, lastTickAt }: Pick<LoopHealth, 'everySeconds' | 'lastTickAt'>,
  now: Date,
): boolean {
  return lastTickAt === null || now.getTime() - lastTickAt.getTime() > lateAfter({ everySeconds }) * 1_000;
}

/** Outside work and upkeep of one kind, by how far it is. */
export interface JobQueue {
  readonly name: string;
  /** Its time has come. */
  readonly waiting: number;
  /** Its time comes later. */
  readonly later: number;
  readonly active: number;
  /** All that are still kept, done ones too. */
  readonly kept: number;
}

/** An instance tells of itself every five seconds; after this many without a word it counts as gone. */
export const silentSeconds = 15;

export type InstancePresence = 'alive' | 'stopping' | 'stopped' | 'gone';

/** What an instance's row is worth by its age in seconds (database time). */
export function presenceOf(instance: { stopping: boolean; ageSeconds: number }): InstancePresence {
  if (instance.stopping) return instance.ageSeconds <= silentSeconds ? 'stopping' : 'stopped';
  return instance.ageSeconds <= silentSeconds ? 'alive' : 'gone';
}

/** The data directory's id in the name an instance holds leases by: `<id>.<start>`. */
export function instanceOf(owner: string): string {
  return owner.replace(/\.\d+$/, '');
}
