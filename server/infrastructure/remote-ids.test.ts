import { expect, test } from 'vitest';
import { remoteIds, remoteMessageIds } from './remote-ids.ts';

test('ids have the form OpenCode gives its own', () => {
  const { remoteSessionId, remoteMessageId, remotePartId } = remoteIds();
  expect(remoteSessionId).toMatch(/^ses_[0-9a-f]{12}[0-9A-Za-z]{14}$/);
  expect(remoteMessageId).toMatch(/^msg_[0-9a-f]{12}[0-9A-Za-z]{14}$/);
  expect(remotePartId).toMatch(/^prt_[0-9a-f]{12}[0-9A-Za-z]{14}$/);
});

test('messages and parts ascend, sessions descend, also within one millisecond', () => {
  const ids = Array.from({ length: 500 }, () => remoteIds());
  const messages = ids.map((one) => one.remoteMessageId);
  const sessions = ids.map((one) => one.remoteSessionId);
  expect([...messages].sort()).toEqual(messages);
  expect([...sessions].sort().reverse()).toEqual(sessions);
  const { messageId, partId } = remoteMessageIds();
  expect(messageId > (messages.at(-1) ?? '')).toBe(true);
  expect(messageId.slice(4, 16) < partId.slice(4, 16)).toBe(true);
});
