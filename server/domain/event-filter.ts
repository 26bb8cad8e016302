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

/** A task by its key in the plan; without one it is a planner's own run. */
export interface TaskName {
  readonly id: string;
  readonly key: string | null;
}

/** What an event's ids are called: its session's slug, the agent whose attempt it tells of, and its task. */
export interface EventNames {
  readonly slug: string | null;
  readonly agent: string | null;
  readonly task: TaskName | null;
}

/** The names of many: slugs by session, agents by attempt, keys (null: a planner's own run) by task. */
export interface FeedNames {
  readonly slugs: Readonly<Record<string, string>>;
  readonly agents: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Record<string, string | null>>;
}

/** The attempt an event tells of. */
export function attemptOf({ payload }: Pick<TimelineEvent, 'payload'>): string | null {
  return typeof payload.attemptId === 'string' ? payload.attemptId : null;
}

/** The task an event tells of. */
export function taskOf({ payload }: Pick<TimelineEvent, 'payload'>): string | null {
  return typeof payload.taskId === 'string' ? payload.taskId : null;
}

/** What of the known names belongs to the event. */
export function namesIn(
  event: Pick<TimelineEvent, 'sessionId' | 'payload'>,
  { slugs, agents, tasks }: FeedNames,
): EventNames {
  const attempt = attemptOf(event);
  const id = taskOf(event);
  const key = id === null ? undefined : tasks[id];
  return {
    slug: event.sessionId === null ? null : (slugs[event.sessionId] ?? null),
    agent: attempt === null ? null : (agents[attempt] ?? null),
    task: id === null || key === undefined ? null : { id, key },
  };
}

/** Whether the event is wanted; a name that is not known is none. */
export function isWanted(event: Judged, { slug, agent }: Omit<EventNames, 'task'>, filter: EventFilter): boolean {
  const { types, session, who, text } = filter;
  if (types.length > 0 && !types.includes(event.type) && !types.includes(kindOf(event.type))) return false;
  if (session !== '' && slug?.toLowerCase() !== session.toLowerCase()) return false;
  const by = `${event.actor.name} ${agent ?? ''}`.toLowerCase();
  if (who !== '' && !by.includes(who.toLowerCase())) return false;
  return text === '' || textOf(event).includes(text.toLowerCase());
}
