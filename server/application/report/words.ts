import type { EventPayload, EventType } from '../../domain/events.ts';

/** What a report leaves out of the timeline: steps of the work whose outcome another event tells. */
export const leftOut: ReadonlySet<EventType> = new Set<EventType>([
  'attempt.output',
  'attempt.tool_called',
  'attempt.file_changed',
  'attempt.usage_reported',
  'budget.reserved',
  'task.created',
  'session.attention_changed',
]);

const text = (payload: EventPayload, name: string): string | null => {
  const value = payload[name];
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
};

/** `2026-11-20 16:04:11 UTC`. */
export const moment = (at: Date | null): string =>
  at === null ? '–' : `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)} UTC`;

/** `3 m 05 s` of seconds. */
export function length(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3_600)} h ${pad(Math.floor((whole % 3_600) / 60))} m`;
}

/** US dollars; an unknown price is said so, never zero. */
export const dollars = (value: number | null): string =>
  value === null ? 'unknown price' : `$${value.toFixed(value < 0.01 && value > 0 ? 4 : 2)}`;

export const number = (value: number): string => value.toLocaleString('en-US');

/** `task_completed` as words; a sentence stays as it is. */
const spoken = (value: string | null): string | null =>
  value !== null && /^[a-z]+(_[a-z]+)+$/.test(value) ? value.replaceAll('_', ' ') : value;

/** One event as a sentence; its type where nothing more is to be said. */
export function sentenceOf(type: EventType, payload: EventPayload, keyOf: (taskId: string) => string | null): string {
  const { taskId } = payload;
  const task = typeof taskId === 'string' ? keyOf(taskId) : null;
  const words = type.replace('.', ' ').replaceAll('_', ' ');
  const from = text(payload, 'from');
  const to = text(payload, 'to');
  const parts = [
    task === null ? null : `task ${task}`,
    from !== null && to !== null ? `${spoken(from)} → ${spoken(to)}` : null,
    spoken(text(payload, 'status')),
    spoken(text(payload, 'reason')),
    changed(payload),
    commands(payload),
    text(payload, 'title'),
    text(payload, 'text'),
    text(payload, 'path'),
    text(payload, 'commit')?.slice(0, 10) ?? null,
    text(payload, 'warning'),
  ].filter((part) => part !== null);
  return parts.length === 0 ? words : `${words}: ${parts.join(', ').slice(0, 600)}`;
}

function changed({ changes }: EventPayload): string | null {
  if (typeof changes !== 'object' || changes === null) return null;
  const told = Object.entries(changes).map(([name, change]) => {
    const { to } = typeof change === 'object' && change !== null && 'to' in change ? change : { to: undefined };
    return typeof to === 'string' ? `${name} ${to.replaceAll('_', ' ')}` : name;
  });
  return told.length === 0 ? null : told.join(', ');
}

function commands({ commands: ran }: EventPayload): string | null {
  if (!Array.isArray(ran)) return null;
  return ran.map((one) => `${String(one?.command)} → ${one?.exitCode ?? 'a signal'}`).join('; ') || null;
}
