import { Form, Link } from 'react-router';
import type { OutputLine } from '../../server/domain/output-search.ts';
import type { Task } from '../../server/domain/task.ts';
import { Age } from './age.tsx';
import { Button } from './ui/button.tsx';

interface OutputSearchProps {
  words: string | null;
  /** Why these words cannot be looked for. */
  refused: string | null;
  task: string | null;
}

/** A plain form, so that what was found is an address. */
export function OutputSearch({ words, refused, task }: OutputSearchProps) {
  return (
    <Form role="search" preventScrollReset className="flex min-w-0 grow basis-72 items-end gap-2">
      {task !== null && <input type="hidden" name="task" value={task} />}
      <label className="min-w-0 flex-1">
        <span className="engraved text-micro text-ink-3">Find in all output</span>
        <input
          key={words}
          type="search"
          name="words"
          defaultValue={words ?? ''}
          maxLength={200}
          aria-invalid={refused !== null}
          aria-describedby={refused === null ? undefined : 'output-words-error'}
          className="control"
        />
        {refused !== null && (
          <span id="output-words-error" role="alert" className="block text-data text-broken">
            {refused}
          </span>
        )}
      </label>
      <Button type="submit">Find</Button>
    </Form>
  );
}

interface FoundLinesProps {
  lines: readonly OutputLine[];
  more: boolean;
  words: string;
  task: string | null;
  tasks: readonly Task[];
  base: string;
}

/** Each line leads to the event that has it. */
export function FoundLines({ lines, more, words, task, tasks, base }: FoundLinesProps) {
  const shown = task === null ? lines : lines.filter((line) => line.taskId === task);
  const elsewhere = lines.length - shown.length;
  return (
    <section aria-label="Lines found" className="border-b-2 border-line-2">
      <p role="status" className="flex flex-wrap items-center justify-between gap-x-6 px-3 text-data lg:px-4">
        <span>
          {shown.length === 0
            ? `No line says “${words}”${task === null ? '' : ' in this task'}.`
            : `${more ? 'The newest ' : ''}${shown.length} ${shown.length === 1 ? 'line' : 'lines'} with “${words}”.`}
          {elsewhere > 0 && ` ${elsewhere} in other tasks.`}
          {more && ' There are more: find longer words.'}
        </span>
        <Link to="?" preventScrollReset className="inline-flex min-h-11 items-center underline">
          Show all output
        </Link>
      </p>
      <ol>
        {shown.map((line) => (
          <li key={`${line.seq}-${line.number}`} className="border-t border-line-1">
            <Link
              to={`${base}?event=${line.seq}`}
              className="grid min-h-11 items-center gap-x-4 px-3 py-1 hover:bg-surface-2 sm:grid-cols-[14rem_minmax(0,1fr)_auto] lg:px-4"
            >
              <span className="font-data text-micro text-ink-3">
                {tasks.find(({ id }) => id === line.taskId)?.key ?? 'task'} · {line.tool ?? 'said'} · line {line.number}
              </span>
              <span className="min-w-0 font-data text-data break-all whitespace-pre-wrap">
                <Marked text={line.text} words={words} />
                {line.cut && '…'}
              </span>
              <span className="text-micro text-ink-3">
                <Age since={line.at} /> ago
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The words where they stand, inverted: not by colour alone. */
function Marked({ text, words }: { text: string; words: string }) {
  const at = text.toLowerCase().indexOf(words.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark className="bg-inverse text-on-inverse">{text.slice(at, at + words.length)}</mark>
      {text.slice(at + words.length)}
    </>
  );
}
