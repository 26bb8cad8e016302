import type { SessionType } from './session.ts';

export const agentTypes = [
  'architect',
  'implementer',
  'reviewer',
  'debugger',
  'integrator',
  'orchestrator',
  'analyst',
  'optimizer',
] as const;
export type AgentType = (typeof agentTypes)[number];

export const capabilities = [
  'requirements_analysis',
  'system_design',
  'architecture_planning',
  'task_decomposition',
  'code_generation',
  'test_generation',
  'documentation',
  'refactoring',
  'api_development',
  'backend_development',
  'frontend_development',
  'database_design',
  'code_review',
  'security_audit',
  'performance_analysis',
  'compliance_check',
  'debugging',
  'bug_fixing',
  'troubleshooting',
  'root_cause_analysis',
  'optimization',
  'error_handling',
  'deployment',
  'configuration',
  'monitoring',
  'scaling',
  'ci_cd',
  'conflict_resolution',
  'workflow_orchestration',
  'resource_allocation',
  'progress_tracking',
  'performance_optimization',
  'testing',
] as const;
export type Capability = (typeof capabilities)[number];

/** What each type may hold as primary, besides `testing`, which every type may (domain.md 3.1). */
export const primaryByType: Record<AgentType, readonly Capability[]> = {
  architect: ['requirements_analysis', 'system_design', 'architecture_planning', 'task_decomposition'],
  implementer: [
    'code_generation',
    'test_generation',
    'documentation',
    'refactoring',
    'api_development',
    'backend_development',
    'frontend_development',
    'database_design',
  ],
  reviewer: ['code_review', 'security_audit', 'performance_analysis', 'compliance_check'],
  debugger: ['debugging', 'bug_fixing', 'troubleshooting', 'root_cause_analysis', 'optimization', 'error_handling'],
  integrator: ['deployment', 'configuration', 'monitoring', 'scaling', 'ci_cd', 'conflict_resolution'],
  orchestrator: ['workflow_orchestration', 'resource_allocation', 'conflict_resolution', 'progress_tracking'],
  analyst: [
    'requirements_analysis',
    'performance_analysis',
    'root_cause_analysis',
    'compliance_check',
    'documentation',
  ],
  optimizer: ['optimization', 'performance_analysis', 'performance_optimization', 'refactoring', 'scaling'],
};

/** Whether an agent of this type may name the capability as primary. */
export function mayHoldPrimary(type: AgentType, capability: Capability): boolean {
  return capability === 'testing' || primaryByType[type].includes(capability);
}

/**
 * What OpenCode may do unasked. `standard` is engine.md 6.1; `read_only` may look but neither write nor run what writes;
 * `documents` writes but runs only what reads and tests; `integration` is standard and installs, builds and packs too.
 */
export const permissionPresets = ['read_only', 'documents', 'standard', 'integration'] as const;
export type PermissionPreset = (typeof permissionPresets)[number];

/** The commands the standard preset runs unasked, with any arguments (engine.md 6.1). */
export const standardCommands = [
  'git status',
  'git diff',
  'git log',
  'git show',
  'ls',
  'cat',
  'echo',
  'sleep',
  'node',
  'npm test',
  'npm run',
  'npx tsc',
  'npx vitest',
] as const;

export const agentStates = ['online', 'busy', 'degraded', 'draining', 'offline'] as const;
export type AgentState = (typeof agentStates)[number];

export const agentTiers = ['elite', 'advanced', 'competent', 'trainee', 'degraded'] as const;
export type AgentTier = (typeof agentTiers)[number];

export const loadLevels = ['idle', 'optimal', 'high', 'critical', 'overloaded'] as const;
export type LoadLevel = (typeof loadLevels)[number];

export const preferredComplexities = ['simple', 'moderate', 'complex', 'expert'] as const;
export type PreferredComplexity = (typeof preferredComplexities)[number];

/** Counts over the last 50 attempts; `quality` is null until an attempt gave a sample (domain.md 3.3). */
export interface PerformanceCounts {
  readonly total: number;
  readonly successful: number;
  readonly failed: number;
  readonly partial: number;
  readonly quality: number | null;
}

export interface Performance extends PerformanceCounts {
  readonly overall: number;
}

/** One worker; state, tier, load and performance are computed when it is read (api.md, Agent). */
export interface Agent {
  readonly id: string;
  readonly teamId: string;
  readonly version: number;
  readonly name: string;
  readonly type: AgentType;
  readonly primaryCapabilities: readonly Capability[];
  readonly secondaryCapabilities: readonly Capability[];
  readonly state: AgentState;
  readonly tier: AgentTier;
  readonly load: Load;
  readonly performance: Performance;
  readonly runtimeId: string;
  readonly model: string | null;
  readonly temperature: number;
  readonly systemPrompt: string;
  readonly permissionPreset: PermissionPreset;
  readonly preferredTechnologies: readonly string[];
  readonly avoidedTechnologies: readonly string[];
  readonly preferredSessionTypes: readonly SessionType[];
  readonly preferredComplexity: PreferredComplexity;
  readonly minimumQuality: number;
  readonly maxConcurrentTasks: number;
  readonly enabled: boolean;
  readonly draining: boolean;
  readonly lastHeartbeatAt: Date | null;
  /** Since when its record is degraded; after a cool-down it gets one probe at a time (domain.md 3.3). */
  readonly degradedAt: Date | null;
  /** When three probes in a row brought it back; its record counts from here. */
  readonly recoveredAt: Date | null;
  readonly createdAt: Date;
}

/** Names are `AGENT-[A-Z0-9-]+`, 5–50 characters. */
export const agentNamePattern = /^(?=.{5,50}$)AGENT-[A-Z0-9-]+$/;

export interface Load {
  readonly current: number;
  readonly max: number;
  readonly utilisation: number;
  readonly level: LoadLevel;
}

/** Utilisation = current ÷ max and its level (domain.md 3.4). */
export function loadOf(current: number, max: number): Load {
  const utilisation = current / max;
  if (utilisation <= 0.2) return { current, max, utilisation, level: 'idle' };
  if (utilisation <= 0.7) return { current, max, utilisation, level: 'optimal' };
  if (utilisation <= 0.9) return { current, max, utilisation, level: 'high' };
  return { current, max, utilisation, level: utilisation <= 1 ? 'critical' : 'overloaded' };
}

/** (successful + ½ partial) ÷ total; 0.75 until five attempts have finished, so that a new agent gets work. */
export function overallOf(performance: PerformanceCounts): number {
  if (performance.total < 5) return 0.75;
  return (performance.successful + 0.5 * performance.partial) / performance.total;
}

/** The tier of domain.md 3.3; fewer than five attempts count as competent. */
export function tierOf(performance: PerformanceCounts): AgentTier {
  if (performance.total < 5) return 'competent';
  const overall = overallOf(performance);
  if (overall >= 0.95 && (performance.quality ?? 0) >= 0.9) return 'elite';
  if (overall >= 0.85) return 'advanced';
  if (overall >= 0.7) return 'competent';
  return overall >= 0.5 ? 'trainee' : 'degraded';
}

/** Silent for so many heartbeats an agent counts as degraded, then as offline: 90 and 300 s of 30 (domain.md 3.2). */
export const silence = { degraded: 3, offline: 10 } as const;

/**
 * Whether an agent's silence can be judged by who listens: what was not heard while nobody listened is no silence. Only
 * one that was not heard since then waits, for as long as makes a silent agent degraded.
 */
export function heardLongEnough(
  { lastHeartbeatAt }: Pick<Agent, 'lastHeartbeatAt'>,
  listening: { readonly since: Date; readonly now: Date },
  heartbeatSeconds = 30,
): boolean {
  if (lastHeartbeatAt === null || lastHeartbeatAt >= listening.since) return true;
  const seconds = (listening.now.getTime() - listening.since.getTime()) / 1000;
  return seconds >= silence.degraded * heartbeatSeconds;
}

/** The state a heartbeat's age implies: none for three heartbeats is degraded, for ten offline. */
export function stateAfterSilence(
  state: AgentState,
  lastHeartbeatAt: Date,
  now: Date,
  heartbeatSeconds = 30,
): AgentState {
  const silent = (now.getTime() - lastHeartbeatAt.getTime()) / 1000;
  if (silent >= silence.offline * heartbeatSeconds) return 'offline';
  if (silent >= silence.degraded * heartbeatSeconds && state !== 'offline') return 'degraded';
  return state;
}
