import type { EventPayload } from '../../server/domain/events.ts';
import type { GlyphName, Tone } from '../status.ts';
import { textOf } from './timeline-payload.ts';

/** The kinds a timeline is filtered by. */
export const eventGroups = ['state', 'work', 'proof', 'people', 'system'] as const;
export type EventGroup = (typeof eventGroups)[number];

export const groupWords: Record<EventGroup, string> = {
  state: 'States',
  work: 'Work',
  proof: 'Proof',
  people: 'People',
  system: 'System',
};

export interface Words {
  readonly group: EventGroup;
  readonly glyph: GlyphName;
  readonly tone: Tone;
  readonly text: string;
}

/** What a sentence may need beyond the payload. */
export interface Names {
  /** A task by its id, as a sentence names it. */
  task(id: unknown): string;
  /** Its bare key; null when it is not known. */
  key(id: unknown): string | null;
}

/** How one type of event is shown. */
export interface Entry {
  readonly group: EventGroup;
  readonly glyph: GlyphName;
  readonly tone: Tone | ((payload: EventPayload) => Tone);
  readonly say: (payload: EventPayload, names: Names) => string;
}

export const entry = (group: EventGroup, glyph: GlyphName, tone: Entry['tone'], say: Entry['say']): Entry => ({
  group,
  glyph,
  tone,
  say,
});

/** `: reason`, or nothing. */
export const because = (payload: EventPayload, key = 'reason') => {
  const reason = textOf(payload, key);
  return reason === null ? '' : `: ${reason}`;
};
export const shortCommit = (payload: EventPayload) => textOf(payload, 'commit')?.slice(0, 10) ?? 'no commit';
export const title = (payload: EventPayload, fallback: string) => textOf(payload, 'title') ?? fallback;
