import { randomBytes } from 'node:crypto';
import type { RemoteIds } from '../application/ports.ts';

const letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const mask = 0xffffffffffffn;

let lastMillisecond = 0;
let counter = 0n;

/** 12 hex digits of time and counter, then 14 random letters: the form OpenCode gives its own ids. */
function remoteId(prefix: 'ses' | 'msg' | 'prt', descending: boolean): string {
  const now = Date.now();
  // Ids of one millisecond keep the order they were asked for in; a clock set back does not break it.
  if (now > lastMillisecond) {
    lastMillisecond = now;
    counter = 0n;
  } else {
    counter += 1n;
  }
  const ascending = BigInt(lastMillisecond) * 0x1000n + counter;
  const time = (descending ? ~ascending : ascending) & mask;
  return `${prefix}_${time.toString(16).padStart(12, '0')}${randomLetters(14)}`;
}

function randomLetters(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += letters[byte % letters.length];
  return text;
}

/** Ids of a prompt, chosen before it is sent, so that sending it again is the same prompt. */
export function remoteMessageIds(): { messageId: string; partId: string } {
  return { messageId: remoteId('msg', false), partId: remoteId('prt', false) };
}

/** Ids of a remote session and its first prompt. OpenCode lists sessions newest first, so their ids descend. */
export function remoteIds(): RemoteIds {
  const { messageId, partId } = remoteMessageIds();
  return { remoteSessionId: remoteId('ses', true), remoteMessageId: messageId, remotePartId: partId };
}
