import { getFormProps, useForm } from '@conform-to/react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Form, useNavigation } from 'react-router';
import { z } from 'zod';
import { routeWeights } from '../../../server/domain/routing.ts';
import { actorOf } from '../../auth.server.ts';
import { PageHeader, Panel } from '../../components/page.tsx';
import { RoutingTabs } from '../../components/routing-tabs.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { ErrorSummary, TextField } from '../../components/ui/field.tsx';
import { WhatIfResult } from '../../components/what-if-result.tsx';
import { servicesContext } from '../../context.ts';
import { guarded, replyWith } from '../../errors.server.ts';
import { parseForm } from '../../form.ts';
import { useHydrated } from '../../hooks/use-hydrated.ts';
import { partNames, partWords } from '../../routing-candidates.ts';
import { sumOf, sumRefusal, type WhatIfForm, weightTexts, whatIfValues } from '../../routing-form.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/what-if.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'What if');

const anything = z.record(z.string(), z.unknown());

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  if (!url.searchParams.has('days')) return { reply: null, result: null };
  const form = new FormData();
  for (const [name, value] of url.searchParams) form.append(name, value);
  const submission = parseForm(form, anything, whatIfValues);
  if (submission.status !== 'success') return { reply: submission.reply(), result: null };
  try {
    const result = await context.get(servicesContext).routing.whatIf(actorOf(context), submission.value);
    return { reply: submission.reply(), result };
  } catch (error) {
    return { reply: replyWith(submission, error).data, result: null };
  }
});

const labels = Object.fromEntries([
  ...partNames.map((name) => [`weights.${name}`, partWords[name]]),
  ['weights', 'Weights'],
  ['days', 'Days'],
]);

export default function WhatIfPage({ loaderData }: Route.ComponentProps) {
  const { reply, result } = loaderData;
  const [form, fields] = useForm<WhatIfForm>({
    id: 'what-if',
    lastResult: reply,
    defaultValue: { weights: weightTexts(), days: '30' },
  });
  const weights = fields.weights.getFieldset();
  const initial = partNames.map((name) => String(weights[name].initialValue ?? ''));
  const [sum, setSum] = useState(() => sumOf(initial));
  const hydrated = useHydrated();
  const { state, location } = useNavigation();
  const pending = state === 'loading' && location.pathname === '/routing/what-if' ? 'Judging again' : null;

  const element = useRef<HTMLFormElement>(null);
  const addUp = useCallback(() => {
    if (element.current === null) return;
    const typed = new FormData(element.current);
    setSum(sumOf(partNames.map((name) => String(typed.get(`weights.${name}`) ?? ''))));
  }, []);
  // What was typed before the scripts came counts too.
  useEffect(addUp, [addUp]);

  return (
    <>
      <PageHeader
        title="What if"
        note="Past decisions judged again under other weights, with the agents as they were then. Nothing is changed by asking."
      />
      <RoutingTabs on="what-if" />
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(18rem,3fr)_minmax(0,9fr)] lg:content-stretch">
        <Panel title="Weights">
          <Form
            method="get"
            {...getFormProps(form)}
            ref={element}
            onInput={addUp}
            className="flex flex-col gap-4 p-3 lg:p-4"
          >
            <ErrorSummary form={form} labels={labels} />
            <div className="grid grid-cols-2 gap-4">
              {partNames.map((name) => (
                <TextField
                  key={name}
                  field={weights[name]}
                  label={partWords[name]}
                  hint={`In force: ${routeWeights[name]}`}
                  type="number"
                  min={0}
                  max={1}
                  step="any"
                  required
                />
              ))}
            </div>
            {hydrated && (
              <p className="flex items-baseline justify-between gap-3 border-y border-line-2 py-2">
                <span className="engraved text-data">Sum</span>
                <output
                  className={sumRefusal(sum) === null ? 'text-lead font-bold' : 'text-lead font-bold text-broken'}
                >
                  {sum ?? 'not a number'}
                </output>
              </p>
            )}
            <TextField
              field={fields.days}
              label="Days"
              hint="How far back, 1 to 31."
              type="number"
              min={1}
              max={31}
              required
            />
            <Bar
              label="Judge again"
              consequence="Shows what would have gone elsewhere"
              refusal={hydrated ? sumRefusal(sum) : null}
              pending={pending}
              stacked
            />
          </Form>
        </Panel>
        <div className={result === null ? 'min-w-0 bg-surface-0' : 'min-w-0 bg-surface-0 max-lg:order-first'}>
          {result === null ? (
            <p className="max-w-prose px-3 py-4 text-ink-2 lg:px-4">
              Six weights that add up to 1 say how much each part of a score counts. Change them and see which decisions
              would have gone to another agent.
            </p>
          ) : (
            <WhatIfResult result={result} />
          )}
        </div>
      </div>
    </>
  );
}
