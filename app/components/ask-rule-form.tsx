import clsx from 'clsx';
import { useId } from 'react';
import { Form, Link, useNavigation } from 'react-router';
import type { RuleScope } from '../../server/domain/ask.ts';
import type { RuleDraft, RuleLook } from '../ask-item.ts';
import { dateTime, plural } from '../format.ts';
import { ProofField } from './proof.tsx';
import { Bar, Button } from './ui/button.tsx';

interface AskRuleFormProps {
  askId: string;
  /** The filters of the page, kept while the rule is looked at. */
  search: string;
  draft: RuleDraft;
  suggestions: readonly string[];
  preview: RuleLook | null;
  /** Why there is no preview, or why the rule was refused when it was given. */
  problem: string | null;
  names: Record<RuleScope, string>;
}

const lasting = [1, 7, 30, 90] as const;

/** "Always, by a rule": what it says, what it would have allowed in the last week, and only then the giving of it. */
export function AskRuleForm({ askId, search, draft, suggestions, preview, problem, names }: AskRuleFormProps) {
  const id = useId();
  const { state, formData } = useNavigation();
  const busy = state !== 'idle' && formData?.get('intent') === 'rule';
  const kept = [...new URLSearchParams(search)].filter(
    ([name]) => !['pattern', 'scope', 'days', 'ask', 'rule', 'sent'].includes(name),
  );
  const refusal = problem ?? preview?.refusal ?? null;
  return (
    <section aria-label="Always, by a rule" className="flex flex-col gap-3 border-t-4 border-line-3 pt-3">
      {/* Enter in a field presses the first button: it looks, it never allows. */}
      <Form method="get" action="/asks" preventScrollReset className="flex flex-col gap-3">
        {kept.map(([name, value]) => (
          <input key={`${name} ${value}`} type="hidden" name={name} value={value} />
        ))}
        <input type="hidden" name="ask" value={askId} />
        <input type="hidden" name="rule" value="look" />
        <div>
          <label htmlFor={`${id}-pattern`} className="font-semibold">
            Pattern
          </label>
          <p id={`${id}-hint`} className="text-data text-ink-2">
            <code>*</code> stands for plain words, never for <code>;</code> <code>|</code> <code>&amp;</code>{' '}
            <code>&gt;</code> or <code>$</code>. Each part of a command line must fit.
          </p>
          <input
            key={draft.pattern}
            id={`${id}-pattern`}
            name="pattern"
            defaultValue={draft.pattern}
            list={`${id}-suggestions`}
            maxLength={500}
            required
            // Blanks alone would look at nothing while the last look still stands beside them.
            pattern=".*\S.*"
            title="A pattern of at least one character"
            autoComplete="off"
            spellCheck={false}
            aria-describedby={`${id}-hint`}
            className="control font-data"
          />
          <datalist id={`${id}-suggestions`}>
            {suggestions.map((pattern) => (
              <option key={pattern} value={pattern} />
            ))}
          </datalist>
        </div>
        <div className="grid gap-3 sm:grid-cols-2">
          <div>
            <label htmlFor={`${id}-scope`} className="font-semibold">
              Where
            </label>
            <select id={`${id}-scope`} name="scope" defaultValue={draft.scope} className="control">
              {(['session', 'repository', 'team'] as const).map((scope) => (
                <option key={scope} value={scope}>
                  {names[scope]}
                </option>
              ))}
            </select>
          </div>
          <div>
            <label htmlFor={`${id}-days`} className="font-semibold">
              For
            </label>
            <select id={`${id}-days`} name="days" defaultValue={String(draft.days)} className="control">
              {lasting.map((days) => (
                <option key={days} value={days}>
                  {plural(days, 'day')}
                </option>
              ))}
            </select>
          </div>
        </div>
        <Button type="submit">Look what it would have allowed</Button>
      </Form>
      {preview !== null && <Preview preview={preview} />}
      <Form method="post" action={`/asks${search}`} className="flex flex-col gap-2">
        <input type="hidden" name="intent" value="rule" />
        <input type="hidden" name="askId" value={askId} />
        <input type="hidden" name="pattern" value={draft.pattern} />
        <input type="hidden" name="scope" value={draft.scope} />
        <input type="hidden" name="days" value={draft.days} />
        <ProofField />
        <Bar
          label="Always allow"
          stacked
          consequence={`Allows ${draft.pattern} in ${names[draft.scope]} for ${plural(draft.days, 'day')}, now and before anybody is asked again. Written to the audit.`}
          refusal={refusal}
          pending={busy ? 'Allowing' : null}
        />
      </Form>
      <Link to="/asks/rules" className="inline-flex min-h-11 items-center self-start underline">
        Rules there are
      </Link>
    </section>
  );
}

function Preview({ preview }: { preview: RuleLook }) {
  const { allowed, rejected, denied, considered, whole, days, examples } = preview;
  return (
    <div role="status" className={clsx('border-l-4 pl-3', rejected > 0 ? 'border-caution' : 'border-line-3')}>
      <p>
        In the last {plural(days, 'day')} it would have allowed <strong>{plural(allowed, 'ask')}</strong> of{' '}
        {whole ? '' : 'the newest '}
        {considered.toLocaleString('en-US')} of this kind.
      </p>
      {rejected > 0 && (
        <p className="font-semibold text-caution">
          {rejected === 1 ? '1 of them was rejected by a person.' : `${rejected} of them were rejected by a person.`}
        </p>
      )}
      {denied > 0 && (
        <p className="text-ink-2">
          {plural(denied, 'fitting ask')} would stay refused: the agent’s preset never allows it.
        </p>
      )}
      {examples.length > 0 && (
        <details>
          <summary className="min-h-11 cursor-pointer py-2 underline">
            Which ones{examples.length < allowed ? ` (the newest ${examples.length})` : ''}
          </summary>
          <ul className="divide-y divide-line-1 font-data text-data">
            {examples.map((one) => (
              <li key={one.id} className="flex flex-wrap gap-x-3 py-1">
                <span className="min-w-0 break-all">{one.command ?? one.paths.join(', ')}</span>
                <span className="text-ink-2">
                  {one.sessionSlug} · {dateTime(one.openedAt)} · {wasAnswered(one.answer)}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function wasAnswered(answer: RuleLook['examples'][number]['answer']): string {
  if (answer === null || 'answers' in answer) return 'not answered';
  return answer.decision === 'reject' ? 'rejected' : 'allowed';
}
