import { type Actor, authorize, personOf } from '../domain/actor.ts';
import { DomainError, invalidFromZod } from '../domain/errors.ts';
import {
  keepAll,
  keptSince,
  nothingRemoved,
  type RetentionCounts,
  type RetentionDays,
  removesAnything,
  retentionInput,
  retentionKinds,
  undoDays,
} from '../domain/retention.ts';
import type { Deps } from './deps.ts';
import type { LeftRecords } from './left-records-port.ts';
import type { KeptSince, RetentionRun, SessionTrims } from './retention-port.ts';
import { findSession } from './sessions/find.ts';
import { teamOf } from './tokens.ts';

/** Sessions a transaction takes at once: their locks are short. */
const batch = 20;
const shownRuns = 30;
/** A run that never ends would keep its job from coming again: the rest is for the next day. */
const mostBatches = 500;

export interface RetentionSettings {
  readonly days: RetentionDays;
  /** For the form: 0 before anything was set. */
  readonly version: number;
  readonly changedAt: Date | null;
  readonly changedBy: string | null;
}

type Needs = Pick<Deps, 'store' | 'clock' | 'secrets' | 'log' | 'workspaces'>;

/** How long a team keeps what, what that would take away today, and what it took away (access.md, Data care). */
export function createRetention(deps: Needs) {
  const { store } = deps;

  async function settingsOf(teamId: string): Promise<RetentionSettings> {
    const kept = await store.retention.get(teamId);
    if (kept === null) return { days: keepAll, version: 0, changedAt: null, changedBy: null };
    const { version, changedAt, changedBy } = kept;
    const person = changedBy === null ? null : await store.users.get(changedBy);
    return { days: daysOf(kept), version, changedAt, changedBy: person?.name ?? null };
  }

  return {
    async settings(actor: Actor): Promise<RetentionSettings> {
      authorize(actor, 'team.manage');
      return settingsOf(teamOf(actor));
    },

    /** What a run would take away now, by these settings or by those that are kept. Nothing is changed. */
    async preview(actor: Actor, raw?: unknown): Promise<RetentionCounts> {
      authorize(actor, 'team.manage');
      const days = raw === undefined ? (await settingsOf(teamOf(actor))).days : daysGiven(raw);
      return store.retention.count(teamOf(actor), sinceOf(days, deps.clock()));
    },

    /** Newest first. */
    async runs(actor: Actor): Promise<(RetentionRun & { by: string | null })[]> {
      authorize(actor, 'team.manage');
      const runs = await store.retention.runs(teamOf(actor), shownRuns);
      const people = await Promise.all(
        [...new Set(runs.flatMap(({ startedBy }) => startedBy ?? []))].map((id) => store.users.get(id)),
      );
      const names = new Map(people.flatMap((person) => (person === null ? [] : [[person.id, person.name]])));
      return runs.map((run) => ({ ...run, by: run.startedBy === null ? null : (names.get(run.startedBy) ?? null) }));
    },

    /** INVALID names each field at fault; CONFLICT when somebody else was quicker. Takes effect with the next run. */
    async save(actor: Actor, raw: unknown, version: number): Promise<RetentionSettings> {
      authorize(actor, 'team.manage');
      const days = daysGiven(raw);
      const teamId = teamOf(actor);
      await store.transaction(async (tx) => {
        const before = await tx.retention.get(teamId);
        await tx.retention.save(teamId, days, personOf(actor), version);
        await tx.audit.append({
          teamId,
          actor,
          action: 'retention.changed',
          subject: { kind: 'team', id: teamId },
          before: before === null ? keepAll : daysOf(before),
          after: days,
        });
      });
      return settingsOf(teamId);
    },

    /** What runtimes still keep of runs that are over. */
    async leftRecords(actor: Actor): Promise<LeftRecords> {
      authorize(actor, 'team.manage');
      return store.leftRecords.of(teamOf(actor));
    },

    /** At once instead of tonight. */
    async runNow(actor: Actor): Promise<RetentionRun> {
      authorize(actor, 'team.manage');
      const teamId = teamOf(actor);
      // Cutting the audit and other people's rows is the program's own right, not a request's.
      return store.everyTeam(() => runRetention(deps, teamId, actor));
    },

    /** What was taken from a session that stays; null: nothing. */
    async ofSession(actor: Actor, ref: string): Promise<SessionTrims | null> {
      const session = await findSession(deps, actor, ref, 'read');
      return store.retention.trimsOf(session.id);
    },
  };
}

/** One team's run. It is recorded whatever happens, also when there was nothing to take and when it ended early. */
export async function runRetention(deps: Needs, teamId: string, actor: Actor): Promise<RetentionRun> {
  const { store, clock, secrets, log, workspaces } = deps;
  const startedAt = clock();
  const kept = await store.retention.get(teamId);
  const since = sinceOf(kept === null ? keepAll : daysOf(kept), startedAt);
  const removed: { -readonly [K in keyof RetentionCounts]: number } = { ...nothingRemoved };
  let error: string | null = null;
  let anchor: { number: number; hash: string } | null = null;
  try {
    await inBatches(async () => {
      const some = await store.retention.purge(teamId, since, batch);
      removed.deleted += some.deleted;
      removed.sessions += some.sessions;
      for (const one of some.gone) await forget(one.repositoryId, one.sessionId);
      return some.deleted + some.sessions;
    });
    const { events, transcripts, contexts, audit } = since;
    if (events !== null)
      await inBatches(async () => add('events', await store.retention.trimEvents(teamId, events, batch)));
    if (transcripts !== null)
      await inBatches(async () =>
        add('transcripts', await store.retention.trimTranscripts(teamId, transcripts, batch)),
      );
    if (contexts !== null) add('contexts', await store.retention.trimContexts(teamId, contexts));
    add('blobs', await store.retention.pruneBlobs(teamId));
    const cut = audit === null ? null : await store.audit.cut(teamId, audit);
    if (cut !== null) {
      removed.audit = cut.entries;
      anchor = { number: cut.number, hash: cut.hash };
    }
  } catch (failure) {
    log.error({ err: failure, team: teamId }, 'A retention run ended early; the next one goes on');
    error = failure instanceof DomainError ? failure.message : 'It ended early; the server log says why.';
  }
  const startedBy = personOf(actor);
  const run = { id: secrets.uuid(), startedBy, startedAt, endedAt: clock(), removed, error };
  await store.transaction(async (tx) => {
    await tx.retention.addRun(teamId, run);
    if (startedBy !== null || error !== null || removesAnything(removed))
      await tx.audit.append({
        teamId,
        actor,
        action: 'retention.run',
        subject: { kind: 'team', id: teamId },
        // The anchor stands in the chain it begins.
        after: { removed, anchor, error },
      });
  });
  return run;

  /** After the commit: refs of a session that is there must never go, those left behind do no harm. */
  async function forget(repositoryId: string, sessionId: string): Promise<void> {
    try {
      const repository = await store.repositories.get(teamId, repositoryId, { removed: true });
      if (repository !== null) await workspaces.forgetSession(repository, sessionId);
    } catch (failure) {
      log.warn({ err: failure, sessionId }, 'Refs of a session that is gone could not be removed');
    }
  }

  function add(kind: keyof RetentionCounts, count: number): number {
    removed[kind] += count;
    return count;
  }
}

async function inBatches(work: () => Promise<number>): Promise<void> {
  for (let done = 0; done < mostBatches; done += 1) if ((await work()) === 0) return;
}

function sinceOf(days: RetentionDays, now: Date): KeptSince {
  const since = Object.fromEntries(
    retentionKinds.map((kind) => [kind, days[kind] === null ? null : keptSince(days[kind], now)]),
  ) as Omit<KeptSince, 'deleted'>;
  return { ...since, deleted: keptSince(undoDays, now) };
}

const daysOf = ({ sessions, events, transcripts, contexts, audit }: RetentionDays): RetentionDays => ({
  sessions,
  events,
  transcripts,
  contexts,
  audit,
});

function daysGiven(raw: unknown): RetentionDays {
  const parsed = retentionInput.safeParse(raw);
  if (!parsed.success) throw invalidFromZod(parsed.error);
  return parsed.data;
}
