import type { Conflict } from '../server/domain/conflict.ts';
import { plural } from './format.ts';

type Told = Pick<Conflict, 'status' | 'resolvedBy' | 'resolvedCommit' | 'resolution' | 'files'>;

/** How a conflict stands, for a person who sees it for the first time. */
export function conflictSentence(conflict: Told): string {
  const { status, resolvedBy, resolvedCommit, resolution, files } = conflict;
  switch (status) {
    case 'open':
      return resolution === null
        ? 'An agent that resolves conflicts is to be sent as soon as one is free.'
        : `${resolvedBy?.name ?? 'A person'} decided ${plural(files.length, 'file')}; it is to be proven and landed.`;
    case 'resolving':
      return resolution === null
        ? 'An agent puts both changes together; then the proof runs again.'
        : `${resolvedBy?.name ?? 'A person'} decided; the decision is being proven and landed.`;
    case 'waiting_for_person':
      return 'Agents could not put it together, or none can: a person decides, file by file.';
    case 'resolved':
      return `${resolvedBy?.name ?? 'Somebody'} resolved it${
        resolvedCommit === null ? '' : `; it landed as ${resolvedCommit.slice(0, 10)}`
      }.`;
    case 'abandoned':
      return 'The task or the session ended before it was resolved; both sides are kept in git.';
  }
}

/** Why it cannot be decided now; null when it can. */
export function resolveRefusal({ status, resolution }: Told): string | null {
  if (status === 'waiting_for_person') return null;
  if (status === 'open' && resolution === null) return null;
  if (status === 'open') return 'It is decided already and waits to be landed.';
  if (status === 'resolving') return 'It is being resolved now; if that fails it comes back here.';
  return status === 'resolved' ? 'It is resolved.' : 'The task or the session has ended.';
}
