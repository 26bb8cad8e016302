import type { EnvelopeBasis } from '../../server/domain/plan-preview.ts';
import type { Envelope, Spread } from '../../server/domain/task-graph/envelope.ts';
import { count, duration, plural, usd } from '../format.ts';

/** What the session has used so far, in the units of its envelope. */
export interface Used {
  readonly workHours: number;
  readonly elapsedHours: number;
  readonly tokens: number;
  readonly costUsd: number | null;
}

interface PlanEnvelopeProps {
  envelope: Envelope;
  basis: EnvelopeBasis;
  used: Used;
}

const hours = (value: number) => duration(value * 3600);

/** The estimate beside what is used: half of such plans stay under p50, nine of ten under p90. */
export function PlanEnvelope({ envelope, basis, used }: PlanEnvelopeProps) {
  return (
    <div className="overflow-x-auto border-t border-line-1">
      <table className="w-full border-collapse text-right font-data text-data">
        <caption className="sr-only">What the plan is likely to take, and what is used</caption>
        <thead>
          <tr className="border-b border-line-2 text-micro text-ink-3 [&>th]:engraved [&>th]:px-1.5 [&>th]:py-1">
            <th scope="col" className="pl-3! text-left lg:pl-4!">
              Likely
            </th>
            <th scope="col">Used</th>
            <th scope="col">p50</th>
            <th scope="col" className="pr-3! lg:pr-4!">
              p90
            </th>
          </tr>
        </thead>
        <tbody>
          <Line name="Clock" used={used.elapsedHours} spread={envelope.elapsedHours} words={hours} />
          <Line name="Work" used={used.workHours} spread={envelope.workHours} words={hours} />
          <Line name="Tokens" used={used.tokens} spread={envelope.tokens} words={(value) => count(Math.round(value))} />
          <Line name="Cost" used={used.costUsd} spread={envelope.costUsd} words={usd} />
        </tbody>
      </table>
      <p className="px-3 py-2 text-data text-ink-2 lg:px-4">{basisText(basis)}</p>
    </div>
  );
}

/** What an envelope rests on, so that nobody takes an assumption for a measure. */
export function basisText({ samples, tokensPerHour, tokensSource, usdPerMillionTokens }: EnvelopeBasis): string {
  const learned = samples === 0 ? 'Hours as estimated' : `Hours learned from ${plural(samples, 'finished task')}`;
  const tokens = `${count(Math.round(tokensPerHour))} tokens an hour, ${tokensSource === 'history' ? 'as measured' : 'assumed'}`;
  const price = usdPerMillionTokens === null ? 'the price is unknown' : `${usd(usdPerMillionTokens)} a million`;
  return `${learned}; ${tokens}; ${price}.`;
}

interface LineProps {
  name: string;
  used: number | null;
  spread: Spread | null;
  words: (value: number) => string;
}

function Line({ name, used, spread, words }: LineProps) {
  const over = used !== null && spread !== null && used > spread.p90;
  const share = used === null || spread === null || spread.p90 <= 0 ? 0 : Math.min(1, used / spread.p90);
  const middle = spread === null || spread.p90 <= 0 ? 0 : Math.min(1, spread.p50 / spread.p90);
  return (
    <>
      <tr className="[&>td]:whitespace-nowrap [&>td]:px-1.5 [&>td]:pt-1.5">
        <th scope="row" className="px-3 pt-1.5 text-left font-normal text-ink-2 lg:px-4">
          {name}
        </th>
        <td className={over ? 'font-bold text-caution' : 'font-bold'}>
          {used === null ? 'unknown' : words(used)}
          {over && <span className="block text-micro">over p90</span>}
        </td>
        <td>{spread === null ? 'unknown' : words(spread.p50)}</td>
        <td className="pr-3! lg:pr-4!">{spread === null ? 'unknown' : words(spread.p90)}</td>
      </tr>
      <tr className="border-b border-line-1">
        <td colSpan={4} className="px-3 pb-1.5 lg:px-4">
          {spread !== null && (
            <svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" className="block h-1 w-full">
              <rect width="100" height="4" fill="var(--color-surface-3)" />
              <rect width={share * 100} height="4" fill={over ? 'var(--color-caution)' : 'var(--color-ink-1)'} />
              <rect x={Math.max(0, middle * 100 - 0.5)} width="1" height="4" fill="var(--color-line-3)" />
            </svg>
          )}
        </td>
      </tr>
    </>
  );
}
