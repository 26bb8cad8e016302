import clsx from 'clsx';
import { Link } from 'react-router';
import type { Run, Track } from '../../server/domain/matrix.ts';
import { isBroken, runWords, seqOf, signOf, stateWords } from '../matrix-words.ts';
import { type Sign, toneBlock, toneText } from '../status.ts';
import { Glyph } from './glyph.tsx';

interface MatrixCellProps {
  track: Track;
  run: Run;
  /** It stands at this moment. */
  live: boolean;
  /** The one cell of the table that the tabulator stops at. */
  stop: boolean;
  slices: number;
}

/** Neighbouring slices of one state: a block with its shape and, where there is room, its word. */
export function MatrixCell({ track, run, live, stop, slices }: MatrixCellProps) {
  const { state } = run;
  const sign = signOf(state);
  const seq = seqOf(track, run);
  const hidden = <span className="sr-only">{runWords(run, live)}</span>;
  return (
    <td colSpan={run.slices} className="relative hidden p-0 lg:table-cell">
      <Link
        to={`/sessions/${track.slug}${seq === null ? '' : `#${seq}`}`}
        prefetch="none"
        tabIndex={stop ? 0 : -1}
        data-run={runWords(run, live)}
        className="flex h-full min-h-[inherit] items-center overflow-hidden px-px focus-visible:relative focus-visible:z-10 focus-visible:-outline-offset-2"
      >
        {sign === null ? (
          <>
            {state.kind === 'over' && (
              <span
                aria-hidden="true"
                className={clsx(
                  'block w-full border-t',
                  isBroken(state.status) ? 'border-broken-rule' : 'border-dotted border-line-2',
                )}
              />
            )}
            {hidden}
          </>
        ) : (
          <Block sign={sign} run={run} live={live} roomy={(run.slices / slices) * 100} hidden={hidden} />
        )}
      </Link>
    </td>
  );
}

interface BlockProps {
  sign: Sign;
  run: Run;
  live: boolean;
  /** Share of the whole width, in percent. */
  roomy: number;
  hidden: React.ReactNode;
}

/** Colour is for what stands now or went wrong; the past of a healthy session is grey. */
function Block({ sign, run, live, roomy, hidden }: BlockProps) {
  const loud = sign.tone === 'waiting' || sign.tone === 'broken' || sign.tone === 'caution';
  const lit = (live && sign.inverse === true) || sign.tone === 'broken';
  // A long run of work is grey with a lit end: twenty of them are not a green wall.
  const solid = lit && (sign.tone !== 'live' || roomy < 4);
  const idle = run.state.kind === 'stood' && ['queued', 'pending'].includes(run.state.status) && !loud;
  const words = sign.word;
  return (
    <span
      className={clsx(
        'relative flex h-4 w-full flex-wrap items-center gap-x-1 overflow-hidden font-data text-micro leading-4',
        roomy < 3 ? 'justify-center' : 'px-1',
        solid && toneBlock[sign.tone],
        lit && !solid && 'border-b-2 border-live bg-surface-3 text-live',
        !lit && loud && ['border bg-surface-2', toneText[sign.tone], 'border-current'],
        !lit && !loud && (idle ? 'border-y border-dashed border-line-2 text-ink-3' : 'bg-surface-3 text-ink-2'),
      )}
    >
      {(roomy >= 1.6 || !idle) && (
        <span className="flex h-4 items-center">
          <Glyph name={sign.glyph} size={10} />
        </span>
      )}
      {/* A word without room for the whole of it falls to a second line, which is out of sight: none is cut. */}
      {roomy >= words.length && (
        <span aria-hidden="true" className="whitespace-nowrap font-bold tracking-wide">
          {words}
        </span>
      )}
      {lit && !solid && <span aria-hidden="true" className="absolute inset-y-0 right-0 w-2.5 bg-live" />}
      {hidden}
    </span>
  );
}

/** The same for a legend: the block as it is drawn and what it means. */
export function MatrixSample({ run, words }: { run: Run; words: string }) {
  const sign = signOf(run.state);
  if (sign === null) return null;
  return (
    <li className="flex items-center gap-1.5 whitespace-nowrap">
      <span aria-hidden="true" className="block w-5">
        <Block sign={sign} run={run} live roomy={0} hidden={null} />
      </span>
      <span title={stateWords(run.state)}>{words}</span>
    </li>
  );
}
