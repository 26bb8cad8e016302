import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import * as React from 'react';
import { renderToString } from 'react-dom/server';
import { createRoutesStub } from 'react-router';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ClockProvider } from '../hooks/use-clock.tsx';
import type { LiveEvent, LiveState } from '../live.ts';
import { after, anEvent, aState, aTask } from '../live-testing.ts';
import { Timeline } from './timeline.tsx';

// The virtual list asks for sizes, which jsdom does not have: a window of 600 px with rows of 60.
beforeEach(() => {
  vi.spyOn(Element.prototype, 'clientHeight', 'get').mockReturnValue(600);
  vi.spyOn(Element.prototype, 'clientWidth', 'get').mockReturnValue(900);
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(60);
  HTMLElement.prototype.scrollTo = function (this: HTMLElement, to?: ScrollToOptions | number) {
    if (typeof to === 'object') this.scrollTop = to.top ?? 0;
    // Not by the testing library: it is called while React commits, where nothing may be flushed.
    this.dispatchEvent(new Event('scroll'));
  };
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const outputs = (from: number, to: number): LiveEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => anEvent(from + i, 'attempt.output', { text: `line ${from + i}` }));

function timelineOf(state: LiveState) {
  return (
    <ClockProvider at={after(100)}>
      <Timeline state={state} history={null} attempts={[]} older={null} />
    </ClockProvider>
  );
}

function stub(state: LiveState) {
  return createRoutesStub([{ path: '/', Component: () => timelineOf(state) }]);
}

test('without scripts the newest events are an ordinary list with a link to the older ones', () => {
  const Stub = stub(aState({ events: outputs(801, 1000), lastSeq: 1000 }));
  const html = renderToString(<Stub />);
  expect(html.match(/<article/g)).toHaveLength(200);
  expect(html).toContain('/sessions/IND-42?before=801');
});

test('five thousand events put at most 150 rows into the document', async () => {
  vi.spyOn(Element.prototype, 'scrollHeight', 'get').mockReturnValue(5000 * 64);
  const Stub = stub(aState({ events: outputs(1, 5000), lastSeq: 5000 }));
  render(<Stub />);
  // Pinned to the end: the newest is among them.
  await waitFor(() => expect(screen.getAllByRole('article').at(-1)?.id).toBe('5000'));
  expect(screen.getAllByRole('article').length).toBeLessThanOrEqual(150);
});

test('the filter stands in the address, searches the whole session and says what it found', async () => {
  const asked: URL[] = [];
  vi.stubGlobal('fetch', async (address: string) => {
    asked.push(new URL(address, 'http://house'));
    return Response.json({ items: outputs(1, 30), nextAfter: 30, lastSeq: 30 });
  });
  const Stub = stub(aState({ events: outputs(21, 30), lastSeq: 30 }));
  render(<Stub initialEntries={['/?kind=work']} />);
  expect(screen.getByRole('button', { name: 'Work' }).getAttribute('aria-pressed')).toBe('true');
  const find = screen.getByLabelText('Find in events');
  fireEvent.change(find, { target: { value: 'line 3' } });
  await screen.findByText('2 of 30 events');
  fireEvent.change(find, { target: { value: 'nowhere' } });
  await screen.findByText('No event fits the filter');
  expect(asked.at(-1)?.pathname).toBe('/sessions/IND-42/events');
  expect(asked.at(-1)?.searchParams.getAll('type')).toContain('attempt.output');
  expect(asked.at(-1)?.searchParams.getAll('type')).not.toContain('ask.opened');
});

test('scrolled away from the end, new rows wait behind a bar that counts them', () => {
  const first = aState({ events: outputs(1, 40), lastSeq: 40 });
  let grow: (state: LiveState) => void = () => undefined;
  const Stub = createRoutesStub([
    {
      path: '/',
      Component: function Page() {
        const [state, setState] = React.useState(first);
        grow = setState;
        return timelineOf(state);
      },
    },
  ]);
  render(<Stub />);
  const box = screen.getByLabelText('Events');
  Object.defineProperty(box, 'scrollHeight', { value: 2400 });
  Object.defineProperty(box, 'clientHeight', { value: 600 });
  box.scrollTop = 1000;
  fireEvent.scroll(box);
  box.scrollTop = 500;
  fireEvent.scroll(box);
  act(() => grow({ ...first, events: outputs(1, 52), lastSeq: 52 }));
  const bar = screen.getByRole('button', { name: /^12 new rows/ });
  fireEvent.click(bar);
  expect(screen.queryByRole('button', { name: /new rows/ })).toBeNull();
});

test('nothing yet is said as such', () => {
  const Stub = stub(aState({ tasks: [aTask()] }));
  render(<Stub />);
  expect(screen.getByText('Nothing has happened yet')).toBeTruthy();
});
