/** What the address of a session page says beside its tab: each pane can be linked to one thing, and to one moment. */
export interface SessionAddress {
  /** The task the inspector shows, by id. */
  readonly task: string | null;
  /** The event the timeline stands at and the inspector shows, by seq. */
  readonly event: number | null;
  /** The second the session is shown at; null is now. */
  readonly at: Date | null;
  /** What is asked of the graph. */
  readonly query: string;
  /** Groups of the graph that are folded or unfolded against the rule, by key. */
  readonly fold: readonly string[];
  /** Kinds of events. */
  readonly kinds: readonly string[];
  readonly find: string;
  readonly agent: string;
}

const names = {
  task: 'task',
  event: 'event',
  at: 'at',
  query: 'q',
  fold: 'fold',
  kinds: 'kind',
  find: 'find',
  agent: 'agent',
} as const satisfies Record<keyof SessionAddress, string>;

/** Reads an address; what is no event, no time or no kind counts as not said. An old link names its event as `#42`. */
export function addressOf(search: URLSearchParams, hash = ''): SessionAddress {
  const text = (name: string) => search.get(name) ?? '';
  const list = (name: string) => search.getAll(name).filter((value) => value !== '');
  const task = text(names.task);
  return {
    task: task === '' ? null : task,
    event: whole(text(names.event)) ?? whole(hash.slice(1)),
    at: momentOf(text(names.at)),
    query: text(names.query),
    fold: list(names.fold),
    kinds: list(names.kinds),
    find: text(names.find),
    agent: text(names.agent),
  };
}

function whole(text: string): number | null {
  const value = Number(text);
  return text !== '' && Number.isInteger(value) && value > 0 ? value : null;
}

function momentOf(text: string): Date | null {
  const at = new Date(text);
  return text === '' || Number.isNaN(at.getTime()) ? null : endOfSecond(at);
}

/** The last instant of a second: what happened within it has happened. */
export function endOfSecond(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000 + 999);
}

/** The same address with some of it said otherwise; null, '' and an empty list take it away. Starts with `?`. */
export function withAddress(search: URLSearchParams, changes: Partial<SessionAddress>): string {
  const next = new URLSearchParams(search);
  for (const [key, value] of Object.entries(changes)) {
    const name = names[key as keyof SessionAddress];
    next.delete(name);
    if (value === null || value === '') continue;
    if (Array.isArray(value)) for (const one of value) next.append(name, String(one));
    else next.set(name, value instanceof Date ? `${value.toISOString().slice(0, 19)}Z` : String(value));
  }
  const text = next.toString();
  return text === '' ? '?' : `?${text}`;
}

// Read by the page itself, which has the whole history once it stands; the loader's answer is the same without them.
const ofThePage: ReadonlySet<string> = new Set([
  names.at,
  names.query,
  names.fold,
  names.kinds,
  names.find,
  names.agent,
]);

/** Whether two addresses of the same page ask the server for the same. */
export function asksTheSame(one: URL, other: URL): boolean {
  return one.pathname === other.pathname && asked(one) === asked(other) && one.search !== other.search;
}

/** Whether two addresses are tabs of the same session and name the same task and event. */
export function isOtherTab(one: URL, other: URL): boolean {
  const session = (url: URL) => url.pathname.split('/').slice(0, 3).join('/');
  return session(one) === session(other) && one.pathname !== other.pathname && asked(one) === asked(other);
}

const asked = (url: URL) => [...url.searchParams].filter(([name]) => !ofThePage.has(name)).join('&');
