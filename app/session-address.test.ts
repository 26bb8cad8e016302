import { expect, test } from 'vitest';
import { addressOf, asksTheSame, isOtherTab, withAddress } from './session-address.ts';

const read = (search: string, hash?: string) => addressOf(new URLSearchParams(search), hash);

test('an address names a task, an event, a moment and filters, and nonsense is not said', () => {
  expect(read('task=t1&event=42&at=2026-11-20T12:00:05Z&q=%2Bfix&kind=work&kind=proof&find=npm')).toMatchObject({
    ...{ task: 't1', event: 42, query: '+fix', kinds: ['work', 'proof'], find: 'npm' },
    at: new Date('2026-11-20T12:00:05.999Z'),
  });
  expect(read('task=&event=x&at=yesterday&kind=')).toMatchObject({ task: null, event: null, at: null, kinds: [] });
  expect(read('event=-3')).toMatchObject({ event: null });
  expect(read('', '#42')).toMatchObject({ event: 42 });
});

test('a change keeps what it does not name, and reads back as it was written', () => {
  const at = new Date('2026-11-20T12:00:05.999Z');
  const search = withAddress(new URLSearchParams('task=t1&view=split'), { event: 7, at, kinds: ['work', 'state'] });
  expect(search).toContain('view=split');
  expect(read(search)).toMatchObject({ task: 't1', event: 7, at, kinds: ['work', 'state'] });
  expect(withAddress(new URLSearchParams(search), { task: null, event: null, at: null, kinds: [] })).toBe(
    '?view=split',
  );
  expect(withAddress(new URLSearchParams('task=t1'), { task: null })).toBe('?');
});

test('only what the server reads asks it again', () => {
  const url = (search: string) => new URL(`http://house/sessions/IND-1/graph${search}`);
  expect(asksTheSame(url(''), url('?q=fix'))).toBe(true);
  expect(asksTheSame(url('?q=fix'), url('?at=2026-11-20T12:00:05Z'))).toBe(true);
  expect(asksTheSame(url('?q=fix'), url('?q=fix&event=3'))).toBe(false);
  expect(asksTheSame(url('?task=t1'), url('?task=t2'))).toBe(false);
  // The same address again is a reload somebody asked for.
  expect(asksTheSame(url('?q=fix'), url('?q=fix'))).toBe(false);
});

test('another tab of the same session is one, another session, task or event is not', () => {
  const url = (path: string) => new URL(`http://house/sessions/${path}`);
  expect(isOtherTab(url('IND-1'), url('IND-1/graph'))).toBe(true);
  expect(isOtherTab(url('IND-1/graph?task=t1&q=fix'), url('IND-1/tasks?task=t1'))).toBe(true);
  expect(isOtherTab(url('IND-1/graph?task=t1'), url('IND-1/tasks'))).toBe(false);
  expect(isOtherTab(url('IND-1/graph'), url('IND-2/graph'))).toBe(false);
  expect(isOtherTab(url('IND-1/graph'), url('IND-1/graph'))).toBe(false);
});
