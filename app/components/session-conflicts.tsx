import { Link } from 'react-router';
import type { Conflict } from '../../server/domain/conflict.ts';
import { conflictSentence } from '../conflict-words.ts';
import { conflictSigns } from '../status.ts';
import { Age } from './age.tsx';
import { StatusBadge } from './status-badge.tsx';
import { buttonShape } from './ui/button.tsx';

export type SessionConflict = Pick<
  Conflict,
  'id' | 'taskId' | 'status' | 'files' | 'createdAt' | 'resolution' | 'resolvedBy' | 'resolvedCommit'
>;

interface SessionConflictsProps {
  conflicts: readonly SessionConflict[];
  /** A task's key by its id. */
  keyOf: (id: string) => string;
}

/** Conflicts that stand: how each stands, and the way to both sides. */
export function SessionConflicts({ conflicts, keyOf }: SessionConflictsProps) {
  if (conflicts.length === 0) return null;
  return (
    <section id="conflicts" aria-label="Conflicts" className="flex scroll-mt-32 flex-col gap-3 p-3">
      {conflicts.map((conflict) => {
        const waits = conflict.status === 'waiting_for_person';
        return (
          <article
            key={conflict.id}
            className={`flex flex-col gap-2 border-4 bg-surface-1 p-3 ${waits ? 'border-waiting' : 'border-line-2'}`}
          >
            <h2 className="flex flex-wrap items-center gap-2">
              <span className="engraved text-body font-bold">Conflict of {keyOf(conflict.taskId)}</span>
              <StatusBadge sign={conflictSigns[conflict.status]} />
            </h2>
            <p>{conflictSentence(conflict)}</p>
            <p className="break-all font-data text-data text-ink-2">
              {conflict.files.join(', ')}, since <Age since={conflict.createdAt} />
            </p>
            <Link to={`/conflicts/${conflict.id}`} className={buttonShape({ weight: waits ? 'weighty' : 'plain' })}>
              {waits ? 'Decide file by file' : 'Look at both sides'}
            </Link>
          </article>
        );
      })}
    </section>
  );
}
