import clsx from 'clsx';
import { Link } from 'react-router';
import type { RouteWeights } from '../../server/domain/routing.ts';
import { tierSigns } from '../agent-status.ts';
import { partNames, partWords, type Ranking, rankingOf, type ShownCandidate, sharesOf } from '../routing-candidates.ts';
import { Glyph } from './glyph.tsx';
import { Scroller } from './scroller.tsx';

interface RoutingDecisionProps {
  sentence: string;
  selected: string | null;
  /** As the decision keeps them. */
  candidates: readonly unknown[];
  weights?: RouteWeights;
  /** What the table is about, for who cannot see it. */
  caption?: string;
}

/** Why this agent and no other: one sentence, who would have done with every part of the score, and who was removed by what. */
export function RoutingDecision({
  sentence,
  selected,
  candidates,
  weights,
  caption = 'Candidates',
}: RoutingDecisionProps) {
  const ranking = rankingOf(candidates, selected);
  return (
    <div className="flex min-w-0 flex-col">
      <p className={clsx('border-l-4 px-3 py-3 lg:px-4', selected === null ? 'border-caution' : 'border-live')}>
        {sentence}
      </p>
      {ranking.fitting.length > 0 && (
        <Scores ranking={ranking} selected={selected} weights={weights} caption={caption} />
      )}
      {ranking.removed.length > 0 && <Removed ranking={ranking} />}
    </div>
  );
}

interface ScoresProps {
  ranking: Ranking;
  selected: string | null;
  weights: RouteWeights | undefined;
  caption: string;
}

function Scores({ ranking, selected, weights, caption }: ScoresProps) {
  const top = Math.max(1, ...ranking.fitting.map(({ score }) => score));
  return (
    <Scroller className="border-t border-line-1" label={caption}>
      <table className="w-full border-collapse text-left font-data text-micro">
        <caption className="sr-only">
          {caption}: the score is the tier's factor times the sum of weight times part, plus the bonus.
        </caption>
        <thead>
          <tr className="border-b-2 border-line-2 bg-surface-1">
            <Head words="Agent" />
            <Head words="Score" end />
            <Head words="Where it comes from" />
            {partNames.map((name) => (
              <Head key={name} words={partWords[name]} end />
            ))}
            <Head words="× tier" end />
            <Head words="+ bonus" end />
          </tr>
        </thead>
        <tbody>
          {ranking.fitting.map((one) => {
            const chosen = one.agentId === selected;
            return (
              <tr key={one.agentId} className={clsx('border-b border-line-1', chosen && 'bg-surface-2')}>
                <th scope="row" className="whitespace-nowrap py-2 pl-3 pr-2 text-left font-normal lg:pl-4">
                  <Link
                    to={`/agents/${one.name}`}
                    className={clsx('inline-flex min-h-11 items-center underline', chosen && 'font-bold')}
                  >
                    {one.name}
                  </Link>
                  <span className="block text-ink-3">
                    {chosen && (
                      <span className="mr-2 inline-flex items-center gap-1 font-bold text-ink-1">
                        <Glyph name="check" size={12} />
                        CHOSEN
                      </span>
                    )}
                    {moment(one)}
                  </span>
                </th>
                <Figure value={one.score} bold />
                <td className="min-w-28 px-2 py-2">
                  <ShareBar candidate={one} top={top} weights={weights} />
                </td>
                {partNames.map((name) => (
                  <Figure key={name} value={one.parts[name]} />
                ))}
                <Figure value={one.parts.tierMultiplier} />
                <Figure value={one.parts.bonus} />
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scroller>
  );
}

function Head({ words, end = false }: { words: string; end?: boolean }) {
  return (
    <th
      scope="col"
      className={clsx(
        'engraved px-2 py-1.5 align-bottom text-micro tracking-normal text-ink-3 first:pl-3 first:lg:pl-4',
        end && 'text-right',
      )}
    >
      {words}
    </th>
  );
}

function Figure({ value, bold = false }: { value: number; bold?: boolean }) {
  return <td className={clsx('px-2 py-2 text-right', bold && 'text-data font-bold')}>{value.toFixed(3)}</td>;
}

/** How it stood when it was judged, where the decision kept that. */
function moment({ tier, load }: ShownCandidate): string {
  const parts = [
    tier === undefined ? '' : tierSigns[tier].word,
    load === undefined ? '' : `load ${load.current} of ${load.max}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

// Two greys in turn, so that neighbours are told apart; the numbers beside say which is which, in the same order.
const greys = ['var(--color-ink-1)', 'var(--color-line-3)'] as const;

function ShareBar({
  candidate,
  top,
  weights,
}: {
  candidate: ShownCandidate;
  top: number;
  weights: RouteWeights | undefined;
}) {
  const width = 240;
  const shares = sharesOf(candidate.parts, weights);
  const places = shares.map((_, place) => shares.slice(0, place).reduce((sum, { share }) => sum + share, 0));
  return (
    <svg
      viewBox={`0 0 ${width} 12`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
      className="block h-3 w-full"
    >
      <rect width={width} height={12} fill="var(--color-surface-3)" />
      {shares.map(({ name, share }, place) => (
        <rect
          key={name}
          x={((places[place] ?? 0) / top) * width}
          width={Math.max(0, (share / top) * width - 1)}
          height={12}
          fill={name === 'bonus' ? 'var(--color-stream)' : greys[place % 2]}
        >
          <title>{`${name === 'bonus' ? 'Bonus' : partWords[name]} ${share.toFixed(3)}`}</title>
        </rect>
      ))}
    </svg>
  );
}

function Removed({ ranking }: { ranking: Ranking }) {
  return (
    <div className="border-t border-line-1 px-3 py-2 lg:px-4">
      <h3 className="engraved text-micro text-ink-3">Not considered</h3>
      <ul>
        {ranking.removed.map((one) => (
          <li key={one.agentId} className="flex flex-wrap items-baseline gap-x-3 py-1 text-data">
            <Link
              to={`/agents/${one.name}`}
              className="inline-flex min-h-11 items-center font-data text-micro underline"
            >
              {one.name}
            </Link>
            <span className="text-ink-2">{one.removedBy}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
