/** Two tasks changed the same place (domain.md 5): both sides are kept, nobody's work is overwritten. */

/**
 * open: found, an agent is to be sent. resolving: an attempt works on it. waiting_for_person: agents could not, or there
 * is none. resolved: both changes are on the branch. abandoned: the session or the task ended first.
 */
export const conflictStatuses = ['open', 'resolving', 'waiting_for_person', 'resolved', 'abandoned'] as const;
export type ConflictStatus = (typeof conflictStatuses)[number];

export const conflictChoices = ['ours', 'theirs', 'edited', 'deleted'] as const;
/** `ours` is the session branch's side, `theirs` the task's. */
export type ConflictChoice = (typeof conflictChoices)[number];

export interface ConflictResolution {
  readonly path: string;
  readonly choice: ConflictChoice;
  /** The whole file, for `edited`. */
  readonly content: string | null;
}

export interface Conflict {
  readonly id: string;
  readonly teamId: string;
  readonly sessionId: string;
  readonly taskId: string;
  /** The attempt whose work does not fit. */
  readonly attemptId: string;
  readonly version: number;
  readonly status: ConflictStatus;
  /** Where both sides began. */
  readonly baseCommit: string;
  /** The session branch at the moment of the conflict. */
  readonly oursCommit: string;
  /** The task's commit. */
  readonly theirsCommit: string;
  readonly files: readonly string[];
  /** What git said. */
  readonly message: string;
  /** A person's choices, file by file; null while nobody chose, or when an agent resolved it. */
  readonly resolution: readonly ConflictResolution[] | null;
  readonly resolvedBy: { readonly kind: string; readonly id: string | null; readonly name: string } | null;
  readonly resolvedCommit: string | null;
  readonly createdAt: Date;
  readonly resolvedAt: Date | null;
}

/** Whether a text still holds git's conflict markers: a line that opens or closes a side. */
export function holdsMarkers(text: string): boolean {
  return /^(<{7}|>{7}|\|{7})( |\r?$)/m.test(text);
}

/** Still to be resolved, by an agent or a person. */
export function conflictIsOpen(status: ConflictStatus): boolean {
  return status !== 'resolved' && status !== 'abandoned';
}
