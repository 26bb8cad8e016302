import { type RefObject, useEffect, useRef, useState } from 'react';
import { Form, useFetcher, useNavigation } from 'react-router';
import type { PlanPreview } from '../../server/domain/plan-preview.ts';
import { lineIn, spanOfLine } from '../blueprint-words.ts';
import { useDraft } from '../hooks/use-draft.ts';
import { Glyph } from './glyph.tsx';
import { Panel } from './page.tsx';
import { PlanView } from './plan-view.tsx';
import { Bar, Button } from './ui/button.tsx';

interface Judged {
  readonly preview: PlanPreview | null;
  readonly problems: readonly string[];
}

interface BlueprintEditorProps {
  initial: string;
  /** What the action said of the text that was sent; without scripts the only answer there is. */
  answer: (Judged & { readonly yaml: string }) | null;
  refusal: string | null;
  draft: string;
}

/** A blueprint as text, with its plan beside it; nothing that was typed is lost by a mistake. */
export function BlueprintEditor({ initial, answer, refusal, draft }: BlueprintEditorProps) {
  const form = useRef<HTMLFormElement>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  useDraft(form, draft, (path) => path.startsWith('/blueprints/') && !path.startsWith('/blueprints/-/'));
  const live = useLiveJudgement(text);
  const judged = live.judged ?? answer;
  const { state, formData } = useNavigation();
  const sending = state === 'submitting' ? formData?.get('intent') : null;

  return (
    <Form
      method="post"
      ref={form}
      className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,6fr)_minmax(0,6fr)] lg:content-stretch"
    >
      <div className="flex flex-col gap-4 bg-surface-0 p-3 lg:p-6">
        {answer !== null && answer.problems.length > 0 && live.judged === null && (
          <Problems problems={answer.problems} text={text} alert />
        )}
        <label className="flex flex-1 flex-col gap-1">
          <span className="font-semibold">YAML</span>
          <textarea
            ref={text}
            name="yaml"
            id="blueprint-yaml"
            rows={28}
            defaultValue={answer?.yaml ?? initial}
            onInput={live.changed}
            spellCheck={false}
            required
            aria-invalid={judged !== null && judged.problems.length > 0 ? true : undefined}
            aria-describedby="blueprint-problems"
            className="control flex-1 resize-y whitespace-pre overflow-x-auto"
          />
        </label>
        <div className="grid gap-3 sm:grid-cols-[auto_minmax(0,1fr)]">
          <Button type="submit" name="intent" value="preview" disabled={sending === 'preview'}>
            {sending === 'preview' ? 'Drawing' : 'Preview'}
          </Button>
          <Bar
            name="intent"
            value="save"
            label="Save in the catalogue"
            consequence="A changed text needs a raised version"
            refusal={refusal}
            pending={sending === 'save' ? 'Saving' : null}
          />
        </div>
      </div>
      <Panel title="Preview" aside={live.busy ? 'drawing' : undefined}>
        <div id="blueprint-problems" aria-live="polite">
          {judged !== null && judged.problems.length > 0 && (live.judged !== null || answer === null) && (
            <Problems problems={judged.problems} text={text} />
          )}
        </div>
        {judged?.preview ? (
          <PlanView preview={judged.preview} />
        ) : (
          <p className="px-3 py-4 text-ink-2 lg:px-4">
            {judged === null ? 'The plan is drawn here.' : 'The plan is drawn again when the text is right.'}
          </p>
        )}
      </Panel>
    </Form>
  );
}

/** Judges the text a moment after the last key; the last answer stands until the next one comes. */
function useLiveJudgement(text: RefObject<HTMLTextAreaElement | null>) {
  const fetcher = useFetcher<Judged>();
  const [due, setDue] = useState(0);
  const { submit } = fetcher;
  // What was typed before the scripts came is judged when they do.
  useEffect(() => {
    if (text.current !== null && text.current.value !== text.current.defaultValue) setDue((before) => before + 1);
  }, [text]);
  useEffect(() => {
    if (due === 0) return;
    const timer = setTimeout(() => {
      const yaml = text.current?.value ?? '';
      void submit({ yaml }, { method: 'post', action: '/blueprints/-/preview' });
    }, 500);
    return () => clearTimeout(timer);
  }, [due, submit, text]);
  return {
    judged: fetcher.data ?? null,
    busy: fetcher.state !== 'idle',
    changed: () => setDue((before) => before + 1),
  };
}

interface ProblemsProps {
  problems: readonly string[];
  text: RefObject<HTMLTextAreaElement | null>;
  alert?: boolean;
}

function Problems({ problems, text, alert = false }: ProblemsProps) {
  function show(line: number) {
    const area = text.current;
    if (area === null) return;
    const { start, end } = spanOfLine(area.value, line);
    area.focus();
    area.setSelectionRange(start, end);
    // Browsers bring the caret into view only when it is typed at.
    area.scrollTop = (area.scrollHeight / area.value.split('\n').length) * Math.max(0, line - 4);
  }
  return (
    <div role={alert ? 'alert' : undefined} className="border-l-4 border-broken-rule px-3 py-2 lg:px-4">
      <p className="engraved text-data text-broken">{alert ? 'Not saved' : 'Not right yet'}</p>
      <ul>
        {problems.map((problem) => {
          const line = lineIn(problem);
          return (
            <li key={problem} className="flex items-start gap-2 py-1 text-data">
              <span className="pt-1 text-broken">
                <Glyph name="cross" size={12} />
              </span>
              <span className="min-w-0 break-words">{problem}</span>
              {line !== null && (
                <button
                  type="button"
                  onClick={() => show(line)}
                  className="js-only min-h-6 shrink-0 cursor-pointer whitespace-nowrap px-2 underline"
                >
                  show line {line}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
