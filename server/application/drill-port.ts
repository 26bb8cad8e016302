/** What a drill needs of the world: a row that outlives the process, and hands that kill. */
import type { DrillPart, DrillReading, DrillReport, DrillSession } from '../domain/drill.ts';

export interface Drill {
  id: string;
  teamId: string;
  /** The instance that was to be hurt. */
  instanceId: string;
  part: DrillPart;
  startedBy: string;
  startedAt: Date;
  /** What is killed, in words. */
  killed: string;
  before: readonly DrillSession[];
  readings: readonly DrillReading[];
  report: DrillReport | null;
  completedAt: Date | null;
}

export interface DrillStore {
  start(
    drill: Pick<Drill, 'id' | 'teamId' | 'instanceId' | 'part' | 'startedBy' | 'killed' | 'before'>,
  ): Promise<Drill>;
  addReadings(id: string, readings: readonly DrillReading[]): Promise<void>;
  /** Only once: false when it was complete already. */
  complete(id: string, report: DrillReport): Promise<boolean>;
  get(id: string): Promise<Drill | null>;
  /** Of one instance, not complete: its process died, or is at it. */
  open(instanceId: string): Promise<Drill[]>;
  /** Newest first. */
  list(teamId: string, limit: number): Promise<Drill[]>;
}

export interface DrillTargets {
  /** Why the part cannot be killed here, as a sentence; null when it can. */
  refusal(part: DrillPart): string | null;
  /** What will be killed, in words; told before the kill, since the process itself may be it. */
  describe(part: DrillPart): string;
  kill(part: DrillPart): Promise<void>;
}
