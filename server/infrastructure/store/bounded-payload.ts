import { createHash } from 'node:crypto';
import type { EventPayload } from '../../domain/events.ts';
import { storable } from './rows.ts';

/** What one event may hold inline (engine.md, law 8). */
const inlineBytes = 64 * 1024;

/**
 * A payload small enough for its row. A larger one is kept whole, as JSON, in a blob that the payload names in `blob`;
 * its long texts are cut in the middle, where a command's output says least.
 */
export function bounded(payload: EventPayload): { payload: EventPayload; blobs: { hash: string; content: string }[] } {
  const whole = JSON.stringify(storable(payload));
  if (Buffer.byteLength(whole) <= inlineBytes) return { payload, blobs: [] };
  const hash = createHash('sha256').update(whole).digest('hex');
  const blobs = [{ hash, content: whole }];
  for (const length of [16_384, 4_096, 1_024, 256]) {
    const short = { ...shortened(payload, length), blob: hash };
    if (Buffer.byteLength(JSON.stringify(short)) <= inlineBytes) return { payload: short, blobs };
  }
  // Thousands of small values: only what names the event stays.
  const scalars = Object.entries(shortened(payload, 64))
    .filter(([, value]) => typeof value !== 'object')
    .slice(0, 50);
  return { payload: { ...Object.fromEntries(scalars), blob: hash }, blobs };
}

function shortened(payload: EventPayload, length: number): Record<string, unknown> {
  return Object.fromEntries(Object.entries(payload).map(([key, value]) => [key, cut(value, length)]));
}

function cut(value: unknown, length: number): unknown {
  if (typeof value === 'string') {
    if (value.length <= length) return value;
    const half = Math.floor(length / 2);
    const dropped = value.length - 2 * half;
    return `${value.slice(0, half)}\n… ${dropped} characters left out …\n${value.slice(-half)}`;
  }
  if (Array.isArray(value)) return value.map((one) => cut(one, length));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, cut(inner, length)]));
}
