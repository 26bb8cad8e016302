import { type Actor, authorize } from '../domain/actor.ts';
import { attemptEnded } from '../domain/attempt.ts';
import {
  backAfter,
  type DrillPart,
  type DrillReading,
  type DrillReport,
  type DrillSession,
  drillInput,
  drillParts,
  drillSeconds,
  isSteady,
} from '../domain/drill.ts';
import { DomainError, invalidFromZod } from '../domain/errors.ts';
import type { Deps } from './deps.ts';
import type { Drill } from './drill-port.ts';
import type { HealthPart } from './system.ts';
import { teamOf } from './tokens.ts';

export interface DrillChoice {
  part: DrillPart;
  what: string;
  /** Why it cannot be drilled here; null when it can. */
  refusal: string | null;
}

type DrillDeps = Pick<Deps, 'store' | 'drillTargets' | 'instance' | 'secrets' | 'settings' | 'log' | 'clock'>;

/**
 * Kills a part on purpose and writes down, second by second, how it comes back (docs/faults.md). What is seen is the
 * same health that probes see; what was lost is read from the sessions' rows and events afterwards.
 */
export function createDrills(deps: DrillDeps, health: () => Promise<{ parts: Record<string, HealthPart> }>) {
  const { store, drillTargets, instance, log, clock } = deps;
  const lookEveryMs = 1_000;

  async function begin(actor: Actor, teamId: string, part: DrillPart): Promise<Drill> {
    const refusal = drillTargets.refusal(part);
    if (refusal !== null) throw new DomainError('INVALID', refusal, { details: { path: 'part', message: refusal } });
    const before = await atWork();
    const what = drillTargets.describe(part);
    const drill = await store.transaction(async (tx) => {
      // The team's lock: of two who start at once the second finds the first one's row.
      await tx.teams.lock(teamId);
      if ((await tx.drills.open(instance.id)).length > 0)
        throw new DomainError('CONFLICT', 'A drill is under way on this instance; wait for its end.');
      const started = await tx.drills.start({
        id: deps.secrets.uuid(),
        teamId,
        instanceId: instance.id,
        part,
        startedBy: actor.name,
        killed: what,
        before,
      });
      await tx.audit.append({
        teamId,
        actor,
        action: 'drill.started',
        subject: { kind: 'drill', id: started.id },
        after: { part, instance: instance.id, what, sessions: before.map(({ slug }) => slug) },
      });
      return started;
    });
    log.warn({ part, what, by: actor.name }, 'A drill begins');
    watch(drill, [], async () => drillTargets.kill(part)).catch((error: unknown) =>
      log.error({ err: error, drill: drill.id }, 'Watching a drill failed; the next start completes it'),
    );
    return drill;
  }

  async function atWork(): Promise<DrillSession[]> {
    const owned = await store.sessions.owned(deps.settings.owner);
    return Promise.all(
      owned.map(async ({ id, slug, lastSeq }) => {
        const open = (await store.attempts.bySession(id)).filter(({ status }) => !attemptEnded(status));
        return { id, slug, lastSeq, attempts: open.map((attempt) => attempt.id) };
      }),
    );
  }

  /** Looks every second until all is steady again. What cannot be written at once is written with the next look. */
  async function watch(drill: Drill, before: readonly DrillReading[], kill: () => Promise<void>): Promise<void> {
    const readings = [...before];
    let unwritten: DrillReading[] = [];
    await kill();
    for (;;) {
      const second = Math.max(0, Math.round((clock().getTime() - drill.startedAt.getTime()) / 1000));
      const { parts } = await health();
      const look = Object.entries(parts).map(([part, { ok, detail }]) => ({ second, part, ok, detail }));
      readings.push(...look);
      unwritten.push(...look);
      try {
        await store.drills.addReadings(drill.id, unwritten);
        unwritten = [];
      } catch (error) {
        log.info({ err: error }, 'A look of the drill is written later');
      }
      if (unwritten.length === 0 && (isSteady(readings) || second >= drillSeconds)) break;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
    await conclude(drill, readings);
  }

  async function conclude(drill: Drill, readings: readonly DrillReading[]): Promise<void> {
    const report = await reportOf(drill, readings);
    await store.transaction(async (tx) => {
      if (!(await tx.drills.complete(drill.id, report))) return;
      await tx.audit.append({
        teamId: drill.teamId,
        actor: { kind: 'system', teamId: drill.teamId, name: 'drill' },
        action: 'drill.completed',
        subject: { kind: 'drill', id: drill.id },
        after: { part: drill.part, killed: drill.killed, ...report },
      });
    });
    log.info({ drill: drill.id, ...report }, 'A drill is complete');
  }

  async function reportOf(drill: Drill, readings: readonly DrillReading[]): Promise<DrillReport> {
    const lost: string[] = [];
    let wentOn = 0;
    let begunAgain = 0;
    for (const { id, slug, lastSeq, attempts } of drill.before) {
      const now = await store.sessions.byId(id);
      const events = await store.events.list(id, { after: 0, limit: lastSeq });
      const whole = events.length === lastSeq && events.every(({ seq }, place) => seq === place + 1);
      if (now === null || now.status === 'orphaned' || now.status === 'failed' || !whole) lost.push(slug);
      for (const attempt of await store.attempts.bySession(id)) {
        if (!attempts.includes(attempt.id)) continue;
        if (attempt.status === 'lost') begunAgain += 1;
        else wentOn += 1;
      }
    }
    const seconds = readings.at(-1)?.second ?? 0;
    return { backAfterSeconds: backAfter(readings), seconds, sessions: drill.before.length, lost, wentOn, begunAgain };
  }

  return {
    choices: (actor: Actor): DrillChoice[] => {
      authorize(actor, 'team.manage', { teamId: teamOf(actor) });
      return drillParts.map((part) => ({
        part,
        what: drillTargets.describe(part),
        refusal: drillTargets.refusal(part),
      }));
    },

    /** `{ part, confirmation }`, the part's name typed. INVALID when that part cannot be killed here, CONFLICT during another drill. */
    async start(actor: Actor, raw: unknown): Promise<Drill> {
      const teamId = teamOf(actor);
      authorize(actor, 'team.manage', { teamId });
      const parsed = drillInput.safeParse(raw);
      if (!parsed.success) throw invalidFromZod(parsed.error);
      return begin(actor, teamId, parsed.data.part);
    },

    /** From this machine's terminal: recorded with the oldest team, since a drill hurts an instance and not a team. */
    async startHere(part: DrillPart): Promise<Drill> {
      const [team] = await store.teams.list();
      if (team === undefined) throw new DomainError('NOT_FOUND', 'There is no team yet, so nothing can be recorded.');
      return begin({ kind: 'system', teamId: team.id, name: 'command line' }, team.id, part);
    },

    get: (id: string): Promise<Drill | null> => store.drills.get(id),

    async list(actor: Actor): Promise<Drill[]> {
      const teamId = teamOf(actor);
      authorize(actor, 'team.manage', { teamId });
      return store.drills.list(teamId, 20);
    },

    /** After a start: a drill that killed this very process is watched on and completed. */
    async goOn(): Promise<void> {
      for (const drill of await store.drills.open(instance.id)) {
        const second = Math.round((clock().getTime() - drill.startedAt.getTime()) / 1000);
        const away = { second, part: 'process', ok: true, detail: 'the process runs again' };
        const gone = { second: 0, part: 'process', ok: false, detail: 'the process was away' };
        watch(drill, [...drill.readings, gone, away], () => store.drills.addReadings(drill.id, [gone, away])).catch(
          (error: unknown) => log.error({ err: error, drill: drill.id }, 'Completing a drill failed'),
        );
      }
    },
  };
}
