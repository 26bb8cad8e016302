import { type Actor, authorize } from '../domain/actor.ts';
import type { BudgetAccount } from '../domain/budget.ts';
import { monthOf, monthSpentInWords, parkedInWords, resetOf } from '../domain/budget-words.ts';
import { type InstancePresence, isLate, type JobQueue, presenceOf } from '../domain/instance.ts';
import type { Session } from '../domain/session.ts';
import type { Deps } from './deps.ts';
import type { CoordinationFacts, DatabaseFacts, Instance } from './instance-port.ts';
import type { RuntimeStatus } from './ports.ts';
import { createSharedReading } from './shared-reading.ts';
import { teamOf } from './tokens.ts';

export interface AnnunciatorTile {
  key: 'needs_you' | 'approval' | 'conflict' | 'failed' | 'quota' | 'runtime' | 'queue';
  lit: boolean;
  count: number;
  detail: string;
  since: Date | null;
  href: string;
}

export interface HealthPart {
  ok: boolean;
  detail: string;
  /** Reduced, but not a reason to take the instance out of service. */
  degraded?: boolean;
}

export interface SystemInstance extends Instance {
  presence: InstancePresence;
  /** The one that answers. */
  here: boolean;
}

export interface SystemOverview {
  instances: SystemInstance[];
  database: DatabaseFacts;
  coordination: CoordinationFacts;
  queues: JobQueue[];
}

/** What waits for a decision that this actor may take. */
export type ApprovalLamp = (
  actor: Actor,
) => Promise<{ approvals: number; plans: number; since: Date | null; first: string | null }>;

function decisionsInWords(approvals: number, plans: number, first: string | null, plan: Session | undefined): string {
  const of = plan === undefined ? '' : `${plan.slug}: `;
  const parts = [
    ...(approvals > 0 ? [`${first}: a request that you may decide`] : []),
    ...(plans > 0 ? [plans === 1 ? `${of}its plan waits` : `${of}its plan waits, and ${plans - 1} more`] : []),
  ];
  return parts.length === 0 ? 'Nothing waits for your approval.' : sentence(parts.join('; '));
}

/** A queue this old is worth a lamp. */
const queueAgeSeconds = 60;

function sentenceOf({ version, state, detail, circuit, parkedUntil }: RuntimeStatus): string {
  const name = version === null ? 'OpenCode' : `OpenCode ${version}`;
  const rests = circuit === 'open' ? '; the model fails and rests' : '';
  return `${name} is ${state}${detail ? `: ${detail}` : ''}${parkedUntil === null ? '' : `; ${parkedInWords(parkedUntil)}`}${rests}`;
}

function monthIsSpent({ caps, spent }: BudgetAccount): boolean {
  return caps.tokens !== null && spent.tokens >= caps.tokens;
}

/** The strictest quota first: without tokens nothing runs, without a provider nothing runs for a while. */
function quotaSentence(month: BudgetAccount, { parkedUntil }: RuntimeStatus, sessions: string): string {
  if (monthIsSpent(month)) return sentence(monthSpentInWords(month, resetOf(month.month ?? '')));
  return parkedUntil === null ? sessions : sentence(parkedInWords(parkedUntil));
}

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

/** A probe waits no longer for the database: one that has no connection free for us is as good as away. */
const patienceMs = 2_000;

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`does not answer within ${patienceMs / 1000} s`)), patienceMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The state of the installation, for lamps and probes. Every figure is read, none remembered. */
export function createSystem(deps: Deps, lamp: ApprovalLamp) {
  const { store, settings, clock, instance } = deps;
  const loops = () => instance.vitals().loops;

  async function disk(): Promise<HealthPart> {
    try {
      const free = await deps.workspaces.freeBytes();
      const ok = free >= settings.minimumFreeBytes;
      return { ok, detail: `${(free / 2 ** 30).toFixed(1)} GiB free`, ...(ok ? {} : { degraded: true }) };
    } catch (error) {
      return { ok: false, detail: error instanceof Error ? error.message : 'cannot be read' };
    }
  }

  async function instances(): Promise<SystemInstance[]> {
    return (await store.instances.list()).map((one) => ({
      ...one,
      presence: presenceOf(one),
      here: one.id === instance.id,
    }));
  }

  /** Fewer than wanted is for whoever watches the number; what this one answers for is that it may share. */
  async function company(): Promise<HealthPart> {
    const alive = (await instances()).filter(({ presence }) => presence === 'alive');
    const { ok, detail } = instance.coordination();
    const names = alive.map(({ host, pid }) => `${host}:${pid}`).join(', ');
    const many = alive.length === 1 ? '1 instance' : `${alive.length} instances`;
    return { ok, detail: `${many} (${names}); ${detail}`, ...(ok ? {} : { degraded: true }) };
  }

  /** What the strip says of a team to everybody in it; read once for all who ask in the same moment. */
  const situation = createSharedReading(async (teamId: string) => {
    const now = clock();
    const { status, attention } = await store.sessions.counts(teamId);
    const queued = await store.sessions.list(teamId, { status: ['queued'], sort: 'oldest' }, { limit: 1 });
    // Of the last day: older ones are in the list, and a lamp that never goes dark says nothing.
    const { items: failures, total: failed } = await store.sessions.list(
      teamId,
      { status: ['failed', 'timeout', 'orphaned'], ended: 'day', sort: 'changed' },
      { limit: 1 },
    );
    // Whoever waits longest, by name: an operator reads the lamp and knows where to go.
    const longest = async (kind: 'conflict' | 'approval') => {
      if ((attention[kind] ?? 0) === 0) return undefined;
      const { items } = await store.sessions.list(teamId, { attention: [kind], sort: 'attention' }, { limit: 1 });
      return items[0];
    };
    return {
      now,
      status,
      attention,
      team: await store.teams.get(teamId),
      month: await store.budgets.teamMonth(teamId, monthOf(now)),
      oldest: queued.items[0]?.queuedAt ?? null,
      waiting: await store.asks.list(teamId, { status: ['open', 'escalated'] }, { limit: 1 }),
      late: await store.asks.list(teamId, { status: ['escalated'] }, { limit: 1 }),
      failures,
      failed,
      contradicting: await longest('conflict'),
      planned: await longest('approval'),
    };
  });

  return {
    rehearsal: settings.rehearsal,
    version: settings.version,
    runtime: (): RuntimeStatus => deps.runtime.status(),

    async annunciator(actor: Actor): Promise<AnnunciatorTile[]> {
      const teamId = teamOf(actor);
      authorize(actor, 'read', { teamId, resource: 'sessions' });
      const [facts, decisions] = await Promise.all([situation(teamId), lamp(actor)]);
      const { now, status, attention, team, month, oldest, waiting, late, failures, failed, contradicting } = facts;
      const { approvals, plans, first, since: decisionsSince } = decisions;
      const planned = plans === 0 ? undefined : facts.planned;
      const [lastFailed] = failures;
      const runtime = deps.runtime.status();
      const active =
        (status.pending ?? 0) +
        (status.queued ?? 0) +
        (status.running ?? 0) +
        (status.paused ?? 0) +
        (status.degraded ?? 0);
      const queueOld = oldest !== null && (now.getTime() - oldest.getTime()) / 1000 > queueAgeSeconds;
      const full = team !== null && active >= team.maxActiveSessions;
      return [
        {
          key: 'needs_you',
          lit: waiting.total > 0,
          count: waiting.total,
          detail:
            waiting.total > 0
              ? `${waiting.items[0]?.sessionSlug ?? ''}: ${waiting.items[0]?.title ?? ''}${late.total > 0 ? ` (${late.total} escalated to leads)` : ''}`
              : 'Nobody waits for an answer.',
          since: waiting.items[0]?.openedAt ?? null,
          href: '/asks',
        },
        {
          key: 'approval',
          lit: approvals + plans > 0,
          count: approvals + plans,
          detail: decisionsInWords(approvals, plans, first, planned),
          since: decisionsSince,
          href: approvals > 0 || plans === 0 ? '/approvals' : '/sessions?attention=approval',
        },
        {
          key: 'conflict',
          lit: (attention.conflict ?? 0) > 0,
          count: attention.conflict ?? 0,
          detail:
            contradicting === undefined
              ? 'No change contradicts another.'
              : `${contradicting.slug}: two changes contradict each other, a person decides.`,
          since: contradicting?.attention.since ?? null,
          href: '/conflicts',
        },
        {
          key: 'failed',
          lit: failed > 0,
          count: failed,
          detail: lastFailed
            ? `${lastFailed.slug}: ${lastFailed.error?.message ?? lastFailed.status}`
            : 'No session failed in the last 24 hours.',
          since: lastFailed?.endedAt ?? null,
          href: '/sessions?status=failed&status=timeout&status=orphaned&ended=day',
        },
        {
          key: 'quota',
          lit: full || monthIsSpent(month) || runtime.parkedUntil !== null,
          count: active,
          detail: quotaSentence(month, runtime, `${active} of ${team?.maxActiveSessions ?? 0} active sessions.`),
          since: null,
          href: '/sessions',
        },
        {
          key: 'runtime',
          // One that is only coming up is not wrong yet; when it takes too long its supervisor says offline.
          lit: (runtime.state !== 'online' && runtime.state !== 'starting') || runtime.circuit === 'open',
          count: runtime.state === 'online' || runtime.state === 'starting' ? 0 : 1,
          detail: sentenceOf(runtime),
          since: null,
          href: '/runtimes',
        },
        {
          key: 'queue',
          lit: queueOld,
          count: status.queued ?? 0,
          detail: oldest === null ? 'The queue is empty.' : `${status.queued ?? 0} queued.`,
          since: oldest,
          href: '/sessions?status=queued',
        },
      ];
    },

    /** What an administrator sees of the whole installation: its processes, their loops and leases, what they share. */
    async overview(actor: Actor): Promise<SystemOverview> {
      authorize(actor, 'team.manage', { teamId: teamOf(actor) });
      const [all, database] = [await instances(), await store.instances.database()];
      return { instances: all, database, coordination: instance.coordination(), queues: await store.jobs.queues() };
    },

    /** For probes: ready when the database answers and the loops tick; a dead runtime is degraded, not unready. */
    async health(): Promise<{ ready: boolean; parts: Record<string, HealthPart> }> {
      const parts: Record<string, HealthPart> = {};
      try {
        parts.instances = await inTime(store.ping().then(company));
        parts.database = { ok: true, detail: 'answers, migrations are current' };
      } catch (error) {
        parts.database = { ok: false, detail: error instanceof Error ? error.message : 'does not answer' };
      }
      const now = clock();
      const late = loops().filter((loop) => isLate(loop, now));
      parts.loops = {
        ok: late.length === 0,
        detail: late.length === 0 ? `${loops().length} on time` : `late: ${late.map((loop) => loop.name).join(', ')}`,
      };
      const runtime = deps.runtime.status();
      const online = runtime.state === 'online' && runtime.circuit !== 'open';
      parts.runtime = {
        ok: online,
        detail: sentenceOf(runtime),
        ...(online ? {} : { degraded: true }),
      };
      parts.disk = await disk();
      return { ready: Object.values(parts).every((part) => part.ok || part.degraded === true), parts };
    },
  };
}
