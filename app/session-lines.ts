import type { Session } from '../server/domain/session.ts';

/** How many rows one page of the list holds. */
export const linesInPage = 50;

/** One session as the list shows it. */
export interface SessionLine
  extends Pick<
    Session,
    'id' | 'slug' | 'title' | 'status' | 'statusSince' | 'attention' | 'progress' | 'health' | 'pendingCommand'
  > {
  readonly tags: readonly string[];
  readonly repository: string;
  /** Who created it; null for a program. */
  readonly owner: string | null;
  readonly mine: boolean;
  readonly costUsd: number | null;
  readonly runtimes: readonly string[];
}

/** A page of the list: what the list asks for when it is scrolled on. */
export interface SessionLinePage {
  readonly items: readonly SessionLine[];
  readonly nextCursor: string | null;
}
