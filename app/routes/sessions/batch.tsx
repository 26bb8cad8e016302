import { useEffect } from 'react';
import { data, Form, Link, useFetcher, useLocation, useNavigation } from 'react-router';
import type { Session } from '../../../server/domain/session.ts';
import { batchVerbs, mostInBatch } from '../../../server/domain/session-batch.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { PageHeader, Panel } from '../../components/page.tsx';
import { ProofField } from '../../components/proof.tsx';
import { Empty, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Bar } from '../../components/ui/button.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { plural } from '../../format.ts';
import { requireProof } from '../../proof.server.ts';
import { batchConfirmation, batchRefusal, batchSummary, batchWords } from '../../session-batch.ts';
import { sessionSigns } from '../../status.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/batch.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Order for several sessions');

/** What the order would do to each selected session, before it is given. */
export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { sessions } = context.get(servicesContext);
  const actor = actorOf(context);
  const verb = batchVerbs.find((known) => known === url.searchParams.get('verb')) ?? null;
  const refs = [...new Set(url.searchParams.getAll('s'))].slice(0, mostInBatch);
  const found = await Promise.all(refs.map((ref) => existing(() => sessions.get(actor, ref))));
  const lines = found
    .filter((session) => session !== null)
    .map((session) => ({
      slug: session.slug,
      version: session.version,
      title: session.title,
      status: session.status,
      statusSince: session.statusSince,
      refusal: verb === null ? 'Choose what to do.' : batchRefusal(verb, session, actor),
    }));
  return { verb, lines, unknown: refs.length - lines.length };
});

/** Null for one that is gone or another team's: the page says how many there were. */
async function existing(find: () => Promise<Session>): Promise<Session | null> {
  try {
    return await find();
  } catch (error) {
    if (asDomainError(error)?.code === 'NOT_FOUND') return null;
    throw error;
  }
}

export const action = guarded(async (args: Route.ActionArgs) => {
  const { request, context } = args;
  const { sessions } = context.get(servicesContext);
  const form = await request.formData();
  const verb = batchVerbs.find((known) => known === form.get('verb'));
  if (verb === 'delete') await requireProof(args, form, 'session.delete');
  const refs = form.getAll('s').map(String);
  const typed = verb === undefined ? null : batchConfirmation(verb, refs.length);
  if (typed !== null && String(form.get('confirmation') ?? '').trim() !== typed)
    return data({ error: `Type ${typed} to confirm.`, results: null }, { status: 422 });
  const tag = String(form.get('tag') ?? '').trim();
  if ((verb === 'tag' || verb === 'untag') && tag === '')
    return data({ error: 'Name the tag.', results: null }, { status: 422 });
  return { error: null, results: await sessions.batch(actorOf(context), { verb, sessions: refs, tag }) };
});

export default function Batch({ loaderData, actionData }: Route.ComponentProps) {
  const { verb, unknown } = loaderData;
  const results = actionData?.results ?? null;
  if (verb === null || (loaderData.lines.length === 0 && results === null))
    return (
      <>
        <PageHeader title="Several sessions" />
        <Empty title="No session is selected." action={{ to: '/sessions', words: 'Select sessions' }}>
          Tick the boxes in the list, then choose what to do.
        </Empty>
      </>
    );
  // What was deleted is no longer found; what became of it is still told.
  const lines: Line[] =
    results === null || verb !== 'delete'
      ? loaderData.lines
      : results.map(({ ref, slug }) => loaderData.lines.find((line) => line.slug === slug) ?? goneLine(slug ?? ref));
  const { word } = batchWords[verb];
  const possible = lines.filter((line) => line.refusal === null);
  const bySlug = new Map(results?.map((result) => [result.slug ?? result.ref, result]));
  return (
    <>
      <PageHeader title={`${word} ${plural(lines.length, 'session')}`} note={batchWords[verb].consequence} />
      {unknown > 0 && results === null && (
        <Notice>{plural(unknown, 'of those selected is gone', 'of those selected are gone')}.</Notice>
      )}
      {results !== null && <Notice>{batchSummary(verb, results)}</Notice>}
      <Panel title={results === null ? 'What happens to each' : 'What became of each'}>
        <Table
          caption="Sessions of this order"
          columns={[{ words: 'Session' }, { words: 'State' }, { words: 'Order' }]}
        >
          {lines.map((line) => {
            const result = bySlug.get(line.slug);
            return (
              <tr key={line.slug} data-row className="border-b border-line-1">
                <Cell className="w-2/5 max-w-0 md:max-w-none">
                  <Link
                    to={line.status === null ? `/sessions/${line.slug}/deleted` : `/sessions/${line.slug}`}
                    className="flex min-h-11 flex-col justify-center"
                  >
                    <span className="font-data text-data font-bold">{line.slug}</span>
                    <span className="line-clamp-2 wrap-anywhere">{line.title}</span>
                  </Link>
                </Cell>
                <Cell className="font-data text-data">
                  {line.status === null ? (
                    'deleted'
                  ) : (
                    <>
                      <StatusBadge sign={sessionSigns[line.status]} /> <Age since={line.statusSince} />
                    </>
                  )}
                </Cell>
                <Cell className="text-data">
                  {results === null ? (
                    <Verdict refused={line.refusal} words={`will be ${batchWords[verb].done}`} />
                  ) : result === undefined ? (
                    <span className="text-ink-2">was left as it is</span>
                  ) : (
                    <Verdict
                      refused={result.outcome === 'refused' ? result.message : null}
                      words={
                        result.outcome === 'ordered' ? 'ordered; its agents are being ended' : batchWords[verb].done
                      }
                    />
                  )}
                </Cell>
              </tr>
            );
          })}
        </Table>
      </Panel>
      <div className="p-3 lg:p-4">
        {results === null ? (
          <Order verb={verb} lines={possible} error={actionData?.error ?? null} />
        ) : (
          <Link to="/sessions" className="inline-flex min-h-11 items-center underline">
            Back to the sessions
          </Link>
        )}
      </div>
    </>
  );
}

type Line =
  | Route.ComponentProps['loaderData']['lines'][number]
  | { slug: string; version: 0; title: string; status: null; statusSince: null; refusal: null };

const goneLine = (slug: string): Line => ({
  ...{ slug, version: 0, title: '' },
  ...{ status: null, statusSince: null, refusal: null },
});

function Verdict({ refused, words }: { refused: string | null; words: string }) {
  return refused === null ? <span>{words}</span> : <span className="text-caution">Refused: {refused}</span>;
}

interface OrderProps {
  verb: NonNullable<Route.ComponentProps['loaderData']['verb']>;
  lines: readonly Pick<Line, 'slug' | 'version'>[];
  error: string | null;
}

/** How many have changed since the order was given: read beside it, because the order answers once, at its end. */
function useChanged(busy: boolean, lines: OrderProps['lines']): number {
  const { load, data: read } = useFetcher<typeof loader>();
  const { pathname, search } = useLocation();
  useEffect(() => {
    if (!busy) return;
    const timer = setInterval(() => void load(`${pathname}${search}`), 1_500);
    return () => clearInterval(timer);
  }, [busy, load, pathname, search]);
  if (!busy || read === undefined) return 0;
  const now = new Map(read.lines.map(({ slug, version }) => [slug, version]));
  return lines.filter(({ slug, version }) => now.get(slug) !== version).length;
}

/** Gives the order to those that can take it; what is grave has its number typed first. */
function Order({ verb, lines, error }: OrderProps) {
  const busy = useNavigation().state === 'submitting';
  const changed = useChanged(busy, lines);
  const slugs = lines.map(({ slug }) => slug);
  const typed = batchConfirmation(verb, slugs.length);
  const { word, consequence } = batchWords[verb];
  const tagging = verb === 'tag' || verb === 'untag';
  return (
    <Form method="post" className="flex flex-col gap-3">
      <input type="hidden" name="verb" value={verb} />
      {slugs.map((slug) => (
        <input key={slug} type="hidden" name="s" value={slug} />
      ))}
      {tagging && (
        <label className="flex max-w-md flex-col gap-1">
          <span className="font-semibold">Tag</span>
          <input name="tag" required maxLength={40} autoComplete="off" className="control" />
        </label>
      )}
      {typed !== null && slugs.length > 0 && (
        <label className="flex max-w-md flex-col gap-1">
          <span>
            Type <b className="select-all font-data">{typed}</b> to confirm
          </span>
          <input name="confirmation" required autoComplete="off" spellCheck={false} className="control" />
        </label>
      )}
      {verb === 'delete' && <ProofField />}
      {error !== null && (
        <p role="alert" className="font-semibold text-broken">
          {error}
        </p>
      )}
      <Bar
        label={`${word} ${plural(slugs.length, 'session')}`}
        consequence={consequence}
        refusal={slugs.length === 0 ? 'None of them can take this order; each says why.' : null}
        pending={
          busy ? `Ordering ${plural(slugs.length, 'session')}${changed > 0 ? `: ${changed} changed so far` : ''}` : null
        }
        weight={verb === 'stop' || verb === 'cancel' || verb === 'delete' ? 'broken' : 'weighty'}
      />
    </Form>
  );
}
