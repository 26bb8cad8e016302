import { Handle, type Node, type NodeProps, Position } from '@xyflow/react';
import clsx from 'clsx';
import { memo } from 'react';
import { countsInOrder } from '../../server/domain/task-graph/fold.ts';
import { plural } from '../format.ts';
import { taskSigns, toneBlock, toneRule, toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';
import { Counts, countWords } from './task-counts.tsx';
import type { GraphNode, TaskSight } from './task-graph-model.ts';
import { reasonText, waitsForPath } from './task-words.ts';

interface NodeData extends Record<string, unknown> {
  of: GraphNode;
  selected: boolean;
  /** It is where the keyboard stands: the one tab stop of the graph. */
  atHand: boolean;
  onSelect: (taskId: string) => void;
  onFold: (taskId: string) => void;
}

export const nodeId = (taskId: string) => `node-${taskId}`;

/** A task in the picture: opened by a press, folded at its foot when it is a group. */
export const TaskBox = memo(function TaskBox({ data }: NodeProps<Node<NodeData, 'task'>>) {
  const { of, selected, atHand, onSelect, onFold } = data;
  const { task, critical, group, folded, counts, wave } = of;
  const sign = taskSigns[task.status];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a task in a picture is no set of fields
    <div
      role="group"
      aria-label={describe(of)}
      className={clsx(
        'flex h-full flex-col border-2 bg-surface-1 text-left',
        sign.inverse ? toneRule[sign.tone] : critical ? 'border-ink-1' : 'border-line-2',
        folded && 'outline-2 outline-offset-4 outline-line-3',
        selected && 'outline-4 outline-offset-2 outline-ink-1',
      )}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} className="opacity-0" />
      <button
        id={nodeId(task.id)}
        type="button"
        tabIndex={atHand ? 0 : -1}
        aria-pressed={selected}
        onClick={(event) => {
          // Beside it the pane takes a press as “nothing chosen”.
          event.stopPropagation();
          onSelect(task.id);
        }}
        className="flex min-h-11 flex-1 cursor-pointer flex-col text-left"
      >
        <span className="sr-only">{describe(of)}</span>
        <span
          aria-hidden="true"
          className={clsx(
            'flex w-full items-center justify-between gap-2 px-2 font-data text-micro font-bold leading-6 group-data-far/graph:hidden',
            sign.inverse ? toneBlock[sign.tone] : ['bg-surface-2', toneText[sign.tone]],
          )}
        >
          <span className="flex items-center gap-1.5">
            <Glyph name={sign.glyph} size={12} />
            {sign.word}
          </span>
          <span className="truncate">{task.key}</span>
        </span>
        <span
          aria-hidden="true"
          className={clsx(
            'hidden w-full flex-1 flex-col justify-center px-2 font-bold group-data-far/graph:flex',
            sign.inverse ? toneBlock[sign.tone] : toneText[sign.tone],
          )}
        >
          <span className="w-full truncate text-title">{task.key}</span>
          <span className="flex items-center gap-2 text-lead">
            <Glyph name={sign.glyph} size={20} />
            {sign.word}
          </span>
        </span>
        <span
          aria-hidden="true"
          className={clsx(
            'flex-1 px-2 pt-1 text-data leading-5 text-ink-1 group-data-far/graph:hidden',
            group ? 'truncate' : 'line-clamp-2',
          )}
        >
          {task.title}
        </span>
        {group ? null : waitsForPath(task) ? (
          <span
            aria-hidden="true"
            className="block truncate px-2 font-data text-micro leading-5 text-caution group-data-far/graph:hidden"
          >
            {reasonText(task.reason ?? '')}
          </span>
        ) : (
          <span
            aria-hidden="true"
            className="flex w-full justify-between gap-2 px-2 font-data text-micro leading-5 text-ink-3 group-data-far/graph:hidden"
          >
            <span>
              {task.estimate.expected.toFixed(1)} h{wave === null ? '' : ` · wave ${wave}`}
            </span>
            <span className={clsx(critical && 'font-bold text-ink-1')}>
              {critical ? 'critical' : task.optional ? 'optional' : ''}
            </span>
            <span>{task.attemptCount > 0 ? `try ${task.attemptCount}` : ''}</span>
          </span>
        )}
      </button>
      {group && (
        <button
          type="button"
          tabIndex={-1}
          aria-expanded={!folded}
          aria-label={`${folded ? 'Unfold' : 'Fold'} ${task.key}: ${countWords(counts)}`}
          onClick={(event) => {
            event.stopPropagation();
            onFold(task.id);
          }}
          className="flex min-h-11 cursor-pointer items-center gap-2 border-t border-line-2 px-2 font-data text-micro hover:bg-surface-3"
        >
          <span aria-hidden="true" className="flex items-center gap-2">
            {folded ? '▸' : '▾'}
            <Counts counts={counts} />
          </span>
        </button>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} className="opacity-0" />
      <Handle id="above" type="target" position={Position.Top} isConnectable={false} className="opacity-0" />
      <Handle id="below" type="source" position={Position.Bottom} isConnectable={false} className="opacity-0" />
    </div>
  );
});

/** A node in words: what it is, how it stands, what is special, and where the keys lead. */
export function describe({ task, critical, group, folded, counts, wave }: TaskSight): string {
  const all = countsInOrder(counts).reduce((sum, [, count]) => sum + count, 0);
  const marks = [
    group ? `group of ${plural(all, 'task')}${folded ? ', folded' : ''}: ${countWords(counts)}` : '',
    critical ? 'on the critical path' : '',
    task.optional ? 'optional' : '',
    wave === null ? '' : `wave ${wave}`,
    waitsForPath(task) ? reasonText(task.reason ?? '') : '',
  ];
  return [
    `Task ${task.key}: ${task.title}, ${taskSigns[task.status].word}`,
    ...marks.filter((mark) => mark !== ''),
  ].join(', ');
}
