import { expect, test } from 'vitest';
import { failureHeader, replyTo } from '../gateway/failures.ts';
import { standingOf } from './opencode-settle.ts';
import type { Message, Part } from './opencode-shapes.ts';

const user = (id = 'msg_1', created = 1): Message => ({
  info: { id, sessionID: 'ses_1', role: 'user', time: { created } },
  parts: [{ id: `prt_${id}`, messageID: id, type: 'text', text: 'Do it.' }],
});
const assistant = (info: Partial<Message['info']>, parts: Part[] = []): Message => ({
  info: {
    id: 'msg_2',
    sessionID: 'ses_1',
    role: 'assistant',
    parentID: 'msg_1',
    time: { created: 2, completed: 3 },
    ...info,
  },
  parts,
});
const text = (value: string): Part => ({ id: 'prt_t', messageID: 'msg_2', type: 'text', text: value });
const tool = (state: object, name = 'bash'): Part =>
  ({ id: 'prt_c', messageID: 'msg_2', type: 'tool', callID: 'step-1', tool: name, state }) as Part;
const cut = { time: { created: 2 } };

const settle = (messages: Message[], status?: 'busy', waitingCalls: string[] = []) =>
  standingOf({
    status: status && { type: status },
    messages,
    promptId: 'msg_1',
    waitingCalls: new Set(waitingCalls),
  });
const endOf = (messages: Message[]) => {
  const standing = settle(messages);
  return standing.kind === 'ended' ? standing.end : standing;
};

test('without our prompt nothing has begun, and a busy session runs whatever its messages say', () => {
  expect(settle([])).toEqual({ kind: 'absent' });
  expect(settle([user('msg_0')])).toEqual({ kind: 'absent' });
  expect(settle([user(), assistant({ finish: 'stop' }, [text('x')])], 'busy')).toEqual({
    kind: 'running',
    retry: null,
  });
});

test('only a completed message that stopped is a success', () => {
  expect(endOf([user(), assistant({ finish: 'stop' }, [text('Done.')])])).toEqual({ type: 'completed', text: 'Done.' });
  expect(endOf([user(), assistant({ finish: 'stop' })])).toMatchObject({ type: 'failed', failure: 'transient' });
  const worked = assistant({ id: 'msg_1b', finish: 'tool-calls' }, [tool({ status: 'completed' })]);
  expect(endOf([user(), worked, assistant({ finish: 'stop' })])).toEqual({ type: 'completed', text: '' });
});

test('an idle session with an unfinished turn was interrupted', () => {
  expect(settle([user()])).toEqual({ kind: 'interrupted' });
  expect(settle([user(), assistant(cut, [text('hal')])])).toEqual({ kind: 'interrupted' });
  expect(settle([user(), assistant(cut, [tool({ status: 'pending' })])])).toEqual({ kind: 'interrupted' });
  expect(settle([user(), assistant({ finish: 'tool-calls' }, [tool({ status: 'completed' })])])).toEqual({
    kind: 'interrupted',
  });
  const injected = user('msg_3', 4);
  expect(settle([user(), assistant({ finish: 'stop' }, [text('x')]), injected])).toEqual({ kind: 'interrupted' });
});

test('a tool cut in its middle is lost, unless it had not begun or changes nothing', () => {
  const running = { status: 'running', input: {} };
  const begun = { ...running, metadata: { output: '' } };
  expect(endOf([user(), assistant(cut, [tool(begun)])])).toMatchObject({ type: 'lost' });
  expect(endOf([user(), assistant(cut, [tool(running, 'edit')])])).toMatchObject({ type: 'lost' });
  expect(settle([user(), assistant(cut, [tool(running)])])).toEqual({ kind: 'interrupted' });
  expect(settle([user(), assistant(cut, [tool(running, 'question')])])).toEqual({ kind: 'interrupted' });
  expect(settle([user(), assistant(cut, [tool(running, 'edit')])], undefined, ['step-1'])).toEqual({
    kind: 'interrupted',
  });
});

test.each([
  [{ finish: 'length' }, 'transient'],
  [{ finish: 'content-filter' }, 'refused'],
  [{ finish: 'other' }, 'transient'],
  [{ error: { name: 'ProviderAuthError' } }, 'auth'],
  [{ error: { name: 'ContextOverflowError' } }, 'context_too_long'],
  [{ error: { name: 'ContentFilterError' } }, 'refused'],
  [{ error: { name: 'StructuredOutputError' } }, 'invalid'],
  [{ error: { name: 'MessageOutputLengthError' } }, 'transient'],
  [{ error: { name: 'UnknownError' } }, 'transient'],
  [{ error: { name: 'APIError', data: { statusCode: 503 } } }, 'transient'],
  [{ error: { name: 'APIError', data: { statusCode: 400 } } }, 'invalid'],
])('an end of %j is %s', (info, failure) => {
  expect(endOf([user(), assistant(info)])).toMatchObject({ type: 'failed', failure });
});

test('a rejected request ends the run as refused', () => {
  const rejected = tool({ status: 'error', error: 'The user rejected permission to use this specific tool call.' });
  expect(endOf([user(), assistant({ finish: 'tool-calls' }, [rejected])])).toMatchObject({
    type: 'failed',
    failure: 'refused',
  });
});

test('an abort is one with its error, and also without any (in a retry wait)', () => {
  expect(endOf([user(), assistant({ error: { name: 'MessageAbortedError' } })])).toMatchObject({ type: 'aborted' });
  expect(endOf([user(), assistant({})])).toMatchObject({ type: 'aborted' });
});

test('a failure of the gateway keeps its class, text and time; a gateway that was away is posted to again', () => {
  const retryAt = new Date('2026-11-20T16:50:00.000Z');
  const { headers } = replyTo({ class: 'quota_exhausted', status: 429, message: 'Spent.', retryAt }, new Date());
  const data = { statusCode: 400, responseHeaders: { [failureHeader]: headers[failureHeader] ?? '' } };
  expect(settle([user(), assistant({ error: { name: 'APIError', data } })])).toEqual({
    kind: 'ended',
    resume: 'fresh',
    end: { type: 'failed', failure: 'quota_exhausted', message: 'Spent.', retryAt },
  });
  const away = { name: 'APIError', data: { message: 'Cannot connect to API' } };
  expect(settle([user(), assistant({ error: away })])).toMatchObject({ kind: 'ended', resume: 'always' });
});
