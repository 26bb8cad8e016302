import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { Decoration, Diff, type DiffType, type GutterOptions, Hunk, type HunkData } from 'react-diff-view';
import { type LineRange, type Side, sides, type Thread } from '../../server/domain/review.ts';
import { plural } from '../format.ts';
import { useDiffTokens } from '../hooks/use-diff-tokens.ts';
import { CommentForm } from './comment-form.tsx';
import { CommentThread } from './comment-thread.tsx';
import { extended, firstHunks, keysOf, lineKeys, placeThreads } from './diff-lines-model.ts';
import { useReviewRoom } from './review-room.ts';
import { Button } from './ui/button.tsx';

interface DiffLinesProps {
  path: string;
  hunks: HunkData[];
  type: DiffType;
  view: 'unified' | 'split';
  threads: readonly Thread[];
}

/** More lines than this are drawn when somebody asks for them. */
const drawnAtOnce = 1_000;

/**
 * The lines of a file with the threads under them. Each line's number is its button: pressed it opens a form, with Shift it
 * takes the lines between in. By keyboard the numbers are one stop: arrows go from line to line, Shift widens, Enter writes.
 */
export function DiffLines({ path, hunks, type, view, threads }: DiffLinesProps) {
  const [all, setAll] = useState(false);
  const [range, setRange] = useState<LineRange | null>(null);
  const [writing, setWriting] = useState(false);
  const { refusal } = useReviewRoom();
  const frame = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => (all ? hunks : firstHunks(hunks, drawnAtOnce)), [all, hunks]);
  const keys = useMemo(() => lineKeys(shown), [shown]);
  const { under, above } = useMemo(() => placeThreads(threads, keys), [threads, keys]);
  const tokens = useDiffTokens(shown, path);
  const selected = useMemo(() => keysOf(keys, range), [keys, range]);
  const rest = hunks.slice(shown.length).reduce((sum, hunk) => sum + hunk.changes.length, 0);

  const renderGutter = useCallback(
    ({ change, side, renderDefault }: GutterOptions): ReactNode => {
      const line = commentableLine(change, side, view);
      if (refusal !== null || line === null) return renderDefault();
      const words = `Comment on line ${line}${side === 'old' ? ' before the change' : ''}`;
      return (
        <button
          type="button"
          tabIndex={-1}
          data-line={line}
          data-side={side}
          aria-label={words}
          className="diff-line-button"
        >
          {line}
        </button>
      );
    },
    [refusal, view],
  );

  // One stop for all the numbers; which of them, is the keyboard's affair and not React's.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines are drawn
  useEffect(() => {
    const buttons = frame.current?.querySelectorAll<HTMLButtonElement>('button[data-line]');
    if (buttons && ![...buttons].some((button) => button.tabIndex === 0)) buttons[0]?.setAttribute('tabindex', '0');
  }, [shown, view, refusal]);

  function press(event: MouseEvent<HTMLDivElement>) {
    const at = lineOf(event.target);
    if (at === null) return;
    rove(frame.current, at.button);
    // Pressed by Enter after Shift and arrows it is the lines that were chosen.
    const within = event.detail === 0 && range?.side === at.side && at.line >= range.start && at.line <= range.end;
    if (event.shiftKey) setRange(extended(range, at.side, at.line));
    else if (!within || writing) setRange({ side: at.side, start: at.line, end: at.line });
    setWriting(true);
  }

  function walk(event: KeyboardEvent<HTMLDivElement>) {
    const at = lineOf(event.target);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (at === null || step === undefined || frame.current === null) return;
    event.preventDefault();
    const buttons = [...frame.current.querySelectorAll<HTMLButtonElement>('button[data-line]')];
    const column = view === 'split' ? buttons.filter((button) => button.dataset.side === at.side) : buttons;
    const next = column[column.indexOf(at.button) + step];
    if (next === undefined) return;
    rove(frame.current, next);
    next.focus();
    const to = lineOf(next);
    if (!event.shiftKey || to === null) return;
    setWriting(false);
    setRange(extended(range ?? { side: at.side, start: at.line, end: at.line }, to.side, to.line));
  }

  const close = useCallback(() => {
    setRange(null);
    setWriting(false);
  }, []);
  const widgets = useMemo(() => {
    const made: Record<string, ReactNode> = {};
    for (const [key, list] of under)
      made[key] = list.map((thread) => <CommentThread key={thread.id} thread={thread} />);
    const last = selected.at(-1);
    if (writing && range !== null && last !== undefined)
      made[last] = (
        <>
          {made[last]}
          <CommentForm path={path} range={range} onClose={close} />
        </>
      );
    return made;
  }, [under, selected, range, writing, path, close]);

  return (
    <>
      {above.map((thread) => (
        <CommentThread key={thread.id} thread={thread} named />
      ))}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it hears what the buttons inside it are told */}
      <div
        ref={frame}
        onClick={press}
        onKeyDown={walk}
        // Without buttons in it what scrolls is a stop of its own.
        {...(refusal === null ? {} : { tabIndex: 0 })}
        className="overflow-x-auto"
      >
        <Diff
          viewType={view}
          diffType={type}
          hunks={shown}
          tokens={tokens}
          widgets={widgets}
          selectedChanges={selected}
          optimizeSelection
          gutterType="default"
          renderGutter={renderGutter}
          className={view === 'split' ? 'min-w-[56rem]' : 'min-w-80'}
        >
          {(drawn) =>
            drawn.flatMap((hunk) => [
              <Decoration key={`head ${hunk.content}`}>{hunk.content}</Decoration>,
              <Hunk key={hunk.content} hunk={hunk} />,
            ])
          }
        </Diff>
      </div>
      {rest > 0 && (
        <div className="border-t border-line-1 p-3">
          <Button onClick={() => setAll(true)}>Draw the other {plural(rest, 'line')}</Button>
        </div>
      )}
    </>
  );
}

/** The line a gutter stands for; an unchanged line has one button only in the unified view. */
function commentableLine(change: GutterOptions['change'], side: Side, view: 'unified' | 'split'): number | null {
  if (change === null || change === undefined) return null;
  if (change.type === 'normal') {
    if (view === 'unified' && side === 'old') return null;
    return side === 'old' ? change.oldLineNumber : change.newLineNumber;
  }
  return (change.type === 'delete') === (side === 'old') ? change.lineNumber : null;
}

function lineOf(target: EventTarget): { button: HTMLButtonElement; side: Side; line: number } | null {
  if (!(target instanceof Element)) return null;
  const button = target.closest<HTMLButtonElement>('button[data-line]');
  const side = sides.find((one) => one === button?.dataset.side);
  return button === null || side === undefined ? null : { button, side, line: Number(button.dataset.line) };
}

function rove(frame: HTMLElement | null, to: HTMLButtonElement): void {
  for (const button of frame?.querySelectorAll('button[data-line][tabindex="0"]') ?? [])
    button.setAttribute('tabindex', '-1');
  to.setAttribute('tabindex', '0');
}
