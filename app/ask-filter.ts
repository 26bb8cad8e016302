import { askKinds } from '../server/domain/ask-kind.ts';

/** What the address of the inbox narrows it to. */
export interface InboxFilter {
  readonly kind: ('permission' | 'question')[];
  readonly status: ('open' | 'escalated')[];
  readonly permission: string[];
  readonly session: string[];
  readonly agent: string[];
  readonly runtime: string[];
  readonly subAgent: boolean;
  readonly mine: boolean;
  readonly q: string;
}

const waiting = ['open', 'escalated'] as const;

/** The filter an address holds; what it does not know is left out, so that an old link still opens. */
export function askFilterFrom(params: URLSearchParams): InboxFilter {
  const texts = (name: string) =>
    params
      .getAll(name)
      .map((value) => value.slice(0, 200))
      .slice(0, 50);
  return {
    kind: askKinds.filter((known) => params.getAll('kind').includes(known)),
    status: waiting.filter((known) => params.getAll('status').includes(known)),
    permission: texts('permission'),
    session: texts('session'),
    agent: texts('agent'),
    runtime: texts('runtime'),
    subAgent: params.get('sub') === 'yes',
    mine: params.get('mine') === 'yes',
    q: params.get('q')?.trim().slice(0, 200) ?? '',
  };
}

const kept = ['kind', 'status', 'permission', 'session', 'agent', 'runtime', 'sub', 'mine', 'q', 'from'];

/** The address of the inbox with the same filters, and these parameters set (null takes one away). */
export function inboxAddress(search: string, set: Readonly<Record<string, string | null>> = {}): string {
  const before = new URLSearchParams(search);
  const params = new URLSearchParams([...before].filter(([name]) => kept.includes(name)));
  for (const [name, value] of Object.entries(set)) {
    params.delete(name);
    if (value !== null) params.set(name, value);
  }
  const text = params.toString();
  return text === '' ? '/asks' : `/asks?${text}`;
}
