import { type ReactNode, useRef, useState } from 'react';
import type { ConflictSide } from '../../../server/application/git-port.ts';
import type { ConflictChoice } from '../../../server/domain/conflict.ts';
import '../../components/diff-view.css';
import { FileDiff } from '../../components/diff-view-file.tsx';
import { FieldErrors, type FormField } from '../../components/ui/field.tsx';
import { plural } from '../../format.ts';
import { draftOf, markersIn } from './conflict-form.ts';
import { changeBetween } from './line-diff.ts';

interface ConflictFileProps {
  side: ConflictSide;
  fields: { path: FormField; choice: FormField; content: FormField };
  disabled: boolean;
  /** Nothing is to be decided any more. */
  over: boolean;
}

/** One file: what each side made of it, and what is to become of it. */
export function ConflictFile({ side, fields, disabled, over }: ConflictFileProps) {
  return (
    <section aria-label={side.path} className="border-b-4 border-line-2">
      <h3 className="break-all bg-surface-2 px-3 py-2 font-data text-data font-bold lg:px-4">{side.path}</h3>
      <div className="grid gap-px bg-line-1 lg:grid-cols-2">
        <Side words="On the branch" note="ours" side={side} text={side.ours} />
        <Side words="By the task" note="theirs" side={side} text={side.theirs} />
      </div>
      {side.base !== null && !side.binary && (
        <details className="border-t border-line-1 px-3 lg:px-4">
          <summary className="flex min-h-11 items-center text-data text-ink-2 underline">
            Where both began (the base)
          </summary>
          <pre className="mb-3 max-h-96 overflow-auto whitespace-pre border border-line-1 p-2 text-micro">
            {side.base}
          </pre>
        </details>
      )}
      {!over && <Decision side={side} fields={fields} disabled={disabled} />}
    </section>
  );
}

function Side({ words, note, side, text }: { words: string; note: string; side: ConflictSide; text: string | null }) {
  return (
    <div className="min-w-0 bg-surface-0">
      <p className="engraved flex justify-between gap-3 border-y border-line-1 px-3 py-1 text-micro text-ink-2 lg:px-4">
        {words} <span>{note}</span>
      </p>
      {side.binary ? (
        <Said>{text === null ? 'Deleted.' : 'A binary file: its content is not shown.'}</Said>
      ) : text === null && side.base === null ? (
        <Said>Not there.</Said>
      ) : text === side.base ? (
        <Said>As it was.</Said>
      ) : (
        <FileDiff file={changeBetween(side.path, side.base, text)} view="unified" />
      )}
    </div>
  );
}

function Said({ children }: { children: ReactNode }) {
  return <p className="px-3 py-3 text-ink-2 lg:px-4">{children}</p>;
}

const words: Record<ConflictChoice, { label: string; hint: string }> = {
  ours: { label: 'Keep the branch’s', hint: 'What the task did here is left out; its commit is kept in git.' },
  theirs: { label: 'Take the task’s', hint: 'It takes the place of what landed on the branch.' },
  edited: { label: 'As written below', hint: 'Both in one: edit until no marker is left.' },
  deleted: { label: 'Delete the file', hint: 'It is on the branch no more.' },
};

function Decision({ side, fields, disabled }: Omit<ConflictFileProps, 'over'>) {
  const { path, choice, content } = fields;
  const chosen = typeof choice.initialValue === 'string' ? choice.initialValue : null;
  const opened = typeof content.initialValue === 'string' ? content.initialValue : draftOf(side);
  const writable = !side.binary && !side.truncated;
  const [markers, setMarkers] = useState(markersIn(opened));
  const edited = useRef<HTMLInputElement>(null);
  const choices = (['ours', 'theirs', 'edited', 'deleted'] as const).filter((one) => one !== 'edited' || writable);
  return (
    <fieldset
      id={choice.id}
      disabled={disabled}
      aria-describedby={choice.errors === undefined ? undefined : choice.errorId}
      className="flex flex-col gap-3 border-t-2 border-line-2 p-3 lg:p-4"
    >
      <legend className="sr-only">What becomes of {side.path}</legend>
      <input type="hidden" name={path.name} value={side.path} form={path.formId} />
      <div className="grid gap-2 sm:grid-cols-2 xl:grid-cols-4">
        {choices.map((one) => (
          <label
            key={one}
            className="flex min-h-11 cursor-pointer items-start gap-3 border border-line-3 px-3 py-2 has-checked:border-2 has-checked:border-inverse has-checked:bg-surface-2"
          >
            <input
              ref={one === 'edited' ? edited : undefined}
              type="radio"
              name={choice.name}
              value={one}
              form={choice.formId}
              defaultChecked={chosen === one}
              className="mt-0.5 size-5 shrink-0"
            />
            <span>
              <span className="font-semibold">{words[one].label}</span>
              <span className="block text-data text-ink-2">{words[one].hint}</span>
            </span>
          </label>
        ))}
      </div>
      <FieldErrors field={choice} />
      {writable ? (
        <div className="flex flex-col gap-1">
          <label htmlFor={content.id} className="flex items-baseline justify-between gap-3 font-semibold">
            The file as it is to be
            <output
              className={`text-micro ${markers > 0 ? 'font-bold text-caution' : 'font-normal text-ink-3'}`}
              aria-live="polite"
            >
              {markers > 0 ? `${plural(markers, 'place')} still marked` : 'no marker left'}
            </output>
          </label>
          <textarea
            id={content.id}
            name={content.name}
            form={content.formId}
            defaultValue={opened}
            rows={Math.min(28, Math.max(8, opened.split('\n').length + 1))}
            spellCheck={false}
            wrap="off"
            aria-invalid={content.errors === undefined ? undefined : true}
            aria-describedby={content.errors === undefined ? undefined : content.errorId}
            onChange={(event) => {
              setMarkers(markersIn(event.target.value));
              // Whoever writes means what is written.
              if (edited.current !== null) edited.current.checked = true;
            }}
            className="control resize-y overflow-x-auto whitespace-pre"
          />
          <FieldErrors field={content} />
        </div>
      ) : (
        <p className="text-data text-ink-2">
          {side.binary
            ? 'A binary file cannot be written here: take one side.'
            : 'Too large to be edited here: take one side, or resolve it in git.'}
        </p>
      )}
    </fieldset>
  );
}
