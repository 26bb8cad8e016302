import clsx from 'clsx';
import { countsInOrder, type StateCounts } from '../../server/domain/task-graph/fold.ts';
import { taskSigns, toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';

/** How many tasks of a group stand where: shape and number; whoever shows it says it in words too, or lets it be written. */
export function Counts({ counts, words = false }: { counts: StateCounts; words?: boolean }) {
  return (
    <span className="flex flex-wrap gap-x-2" title={countWords(counts)}>
      {countsInOrder(counts).map(([status, count]) => (
        <span key={status} className={clsx('inline-flex items-center gap-1', toneText[taskSigns[status].tone])}>
          <Glyph name={taskSigns[status].glyph} size={10} />
          {count}
          {words && ` ${taskSigns[status].word}`}
        </span>
      ))}
    </span>
  );
}

export function countWords(counts: StateCounts): string {
  const words = countsInOrder(counts).map(([status, count]) => `${count} ${taskSigns[status].word}`);
  return words.length === 0 ? 'no tasks' : words.join(', ');
}
