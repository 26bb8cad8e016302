import type { Context, ContextScope, MergeStrategy } from '../../../server/domain/context.ts';
import { leavesOf } from '../../../server/domain/context-leaves.ts';

/** From what lasts longest to what lasts shortest. */
export const scopeOrder: readonly ContextScope[] = ['global', 'session', 'agent', 'temporary'];

export const scopeWords: Record<ContextScope, { title: string; meaning: string }> = {
  global: { title: 'Global', meaning: 'Every session of the team sees it; it never expires.' },
  session: { title: 'Sessions', meaning: 'The agents of one session see it; it lasts a day past the session’s end.' },
  agent: { title: 'Agents', meaning: 'One agent’s own; it lasts seven days past its last change.' },
  temporary: { title: 'Temporary', meaning: 'For one hour.' },
};

export const strategyWords: Record<MergeStrategy, string> = {
  last_write_wins: 'the value written last wins, leaf by leaf',
  deep_merge: 'keep the target’s own, add what only the others have',
  prefer_source: 'where they differ, take the others’',
  prefer_target: 'where they differ, keep the target’s',
  manual: 'decide each difference by hand; nothing is written before',
};

/** What a list needs of a context, without its data. */
export interface ContextLine {
  readonly id: string;
  readonly name: string;
  readonly scope: ContextScope;
  readonly version: number;
  /** The session's slug or the agent's name. */
  readonly owner: string | null;
  readonly leaves: number;
  readonly updatedAt: Date;
  readonly expiresAt: Date | null;
}

export function lineOf(context: Context, owner: string | null): ContextLine {
  const { id, name, scope, version, updatedAt, expiresAt } = context;
  return { id, name, scope, version, owner, leaves: leavesOf(context.data).size, updatedAt, expiresAt };
}

/** What a context is called when nobody named it. */
export function nameOf({ name, scope }: Pick<Context, 'name' | 'scope'>): string {
  return name === '' ? `unnamed ${scope} context` : name;
}

/** What each of several is called, by id: those that share a name are numbered in their order, so that a choice can be told. */
export function namesApart(lines: readonly Pick<Context, 'id' | 'name' | 'scope'>[]): Map<string, string> {
  const shared = new Map<string, string[]>();
  for (const line of lines) shared.set(nameOf(line), [...(shared.get(nameOf(line)) ?? []), line.id]);
  return new Map(
    lines.map((line) => {
      const same = shared.get(nameOf(line)) ?? [];
      return [line.id, same.length < 2 ? nameOf(line) : `${nameOf(line)} ${same.indexOf(line.id) + 1}`];
    }),
  );
}

/** A value as it is shown: a text as it stands, everything else as JSON. */
export function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? 'nothing');
}

export function kindWord(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value;
}
