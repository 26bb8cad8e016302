import { type EventType, eventTypes, type TimelineEvent } from './events.ts';

/** Which events a person wants to see; an empty part lets everything through. */
export interface EventFilter {
  /** Kinds (`attempt`) or whole types (`attempt.ended`). */
  readonly types: readonly string[];
  /** Slug of one session. */
  readonly session: string;
  /** A part of the name of whoever did it: an agent, a person, the engine. */
  readonly who: string;
  /** A part of the type, of a name or of anything in the payload. */
  readonly text: string;
}

export const everything: EventFilter = { types: [], session: '', who: '', text: '' };

/** The first words of the types, in the order of the list: what events are about. */
export const eventKinds: readonly string[] = [...new Set(eventTypes.map(kindOf))];

export function kindOf(type: EventType): string {
  return type.slice(0, type.indexOf('.'));
}

/** The types a filter means; undefined: all of them. */
export function typesOf({ types }: EventFilter): EventType[] | undefined {
  if (types.length === 0) return undefined;
  return eventTypes.filter((type) => types.includes(type) || types.includes(kindOf(type)));
}

type Judged = Pick<TimelineEvent, 'type' | 'actor' | 'payload'>;

// A payload is searched as it is shown, and written out once however often it is asked for.
const written = new WeakMap<object, string>();

function textOf(event: Judged): string {
  const known = written.get(event);
  if (known !== undefined) return known;
  const text = `${event.type} ${event.actor.name} ${JSON.stringify(event.payload)}`.toLowerCase();
  written.set(event, text);
  return text;
}

/** What an event's ids are called: its session's slug, and the agent whose attempt it tells of. */
export interface EventNames {
  readonly slug: string | null;
  readonly agent: string | null;
}

/** The names of many: slugs by session, agents by attempt. */
export interface FeedNames {
  readonly slugs: Readonly<Record<string, string>>;
  readonly agents: Readonly<Record<string, string>>;
}

/** The attempt an event tells of. */
export function attemptOf({ payload }: Pick<TimelineEvent, 'payload'>): string | null {
  return typeof payload.attemptId === 'string' ? payload.attemptId : null;
}

/** What of the known names belongs to the event. */
export function namesIn(event: Pick<TimelineEvent, 'sessionId' | 'payload'>, { slugs, agents }: FeedNames): EventNames {
  const attempt = attemptOf(event);
  return {
    slug: event.sessionId === null ? null : (slugs[event.sessionId] ?? null),
    agent: attempt === null ? null : (agents[attempt] ?? null),
  };
}

/** Whether the event is wanted; a name that is not known is none. */
export function isWanted(event: Judged, { slug, agent }: EventNames, filter: EventFilter): boolean {
  const { types, session, who, text } = filter;
  if (types.length > 0 && !types.includes(event.type) && !types.includes(kindOf(event.type))) return false;
  if (session !== '' && slug?.toLowerCase() !== session.toLowerCase()) return false;
  const by = `${event.actor.name} ${agent ?? ''}`.toLowerCase();
  if (who !== '' && !by.includes(who.toLowerCase())) return false;
  return text === '' || textOf(event).includes(text.toLowerCase());
}
