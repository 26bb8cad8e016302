import type { PermissionPreset } from './agent.ts';
import { type Ask, type AskAnswer, type AskStatus, type RuleScope, ruleScopes } from './ask.ts';
import { type FieldIssue, invalid } from './errors.ts';
import { presetAction } from './preset-rules.ts';
import { matches } from './wildcard.ts';

/** Days a rule lasts when nothing is said, and at most: what a person allowed once is looked at again. */
export const ruleDays = { usual: 7, most: 90 } as const;

/** How far back the preview of a rule looks. */
export const previewDays = 7;

/** A permission given in advance: asks of this kind that fit the pattern are allowed before a person is bothered. */
export interface AskRule {
  readonly id: string;
  readonly teamId: string;
  readonly permission: string;
  readonly pattern: string;
  readonly scope: RuleScope;
  /** Of a rule for one session. */
  readonly sessionId: string | null;
  /** Of a rule for one repository. */
  readonly repositoryId: string | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly useCount: number;
  readonly lastUsedAt: Date | null;
}

type Asked = Pick<Ask, 'kind' | 'permission' | 'patterns' | 'command' | 'paths'>;

/** What a permission is asked for, one text each: OpenCode's parts of a command line, else the command, else the paths. */
function subjectsOf(ask: Pick<Ask, 'patterns' | 'command' | 'paths'>): readonly string[] {
  if (ask.patterns.length > 0) return ask.patterns;
  return ask.command === null ? ask.paths : [ask.command];
}

// An agent elsewhere asks for its commands under one kind of its own.
const runsCommands = (permission: string | null) => permission === 'bash' || permission === 'external';

// With these a shell starts another command, writes a file or reads a variable: nobody who wrote `npm test *` meant that.
const shellWords = new Set(';|&<>$`()\n\r\\');

/**
 * Whether the pattern covers what is asked: the same kind of permission, and every part of it fits. In a command a
 * wildcard stands for plain words only, never for what a shell would make another command or a redirection of; in a path
 * never for a step upwards.
 */
export function covers(rule: Pick<AskRule, 'permission' | 'pattern'>, ask: Asked): boolean {
  if (ask.kind !== 'permission' || ask.permission === null || ask.permission !== rule.permission) return false;
  const subjects = subjectsOf(ask);
  return subjects.length > 0 && subjects.every((subject) => fits(rule, subject));
}

function fits({ permission, pattern }: Pick<AskRule, 'permission' | 'pattern'>, subject: string): boolean {
  if (pattern === subject) return true;
  if (runsCommands(permission)) {
    const plain = (character: string) => !shellWords.has(character);
    const bare = pattern.endsWith(' *') && matches(pattern.slice(0, -2), subject, plain);
    return bare || matches(pattern, subject, plain);
  }
  return !subject.split(/[\\/]/).includes('..') && matches(pattern, subject);
}

/** Whether the agent's preset never allows a part of what is asked; no rule goes over that (access.md, Asks). */
export function hardDenied(
  preset: PermissionPreset,
  ask: Pick<Asked, 'permission' | 'patterns' | 'command' | 'paths'>,
) {
  if (ask.permission === null) return false;
  const permission = runsCommands(ask.permission) ? 'bash' : ask.permission;
  return subjectsOf(ask).some((part) => presetAction(preset, permission, part) === 'deny');
}

/** The narrowest of the rules that answers this, or null: of several the one for the session, then the older one. */
export function ruleFor(rules: readonly AskRule[], ask: Asked, preset: PermissionPreset): AskRule | null {
  if (hardDenied(preset, ask)) return null;
  const covering = rules.filter((rule) => covers(rule, ask));
  const first = covering.toSorted(
    (a, b) =>
      ruleScopes.indexOf(a.scope) - ruleScopes.indexOf(b.scope) || a.createdAt.getTime() - b.createdAt.getTime(),
  )[0];
  return first ?? null;
}

/** Patterns worth offering for what is asked, the exact one first. */
export function suggestedPatterns(ask: Asked): string[] {
  const [first, ...more] = subjectsOf(ask);
  if (first === undefined || more.length > 0) return first === undefined ? [] : [first];
  if (!runsCommands(ask.permission)) {
    const folder = first.slice(0, first.lastIndexOf('/') + 1);
    return folder === '' || folder === '/' ? [first] : [first, `${folder}*`];
  }
  const words = first.split(' ').filter((word) => word !== '');
  const wider = `${words.slice(0, 2).join(' ')} *`;
  const plain = ![...wider.slice(0, -1)].some((character) => shellWords.has(character));
  return words.length > 1 && plain && fits({ permission: 'bash', pattern: wider }, first) ? [first, wider] : [first];
}

/** When the rule ends; without a wish after 7 days. INVALID when that is past, or further than 90 days away. */
export function ruleExpiry(expiresAt: string | undefined, now: Date): Date {
  const end = expiresAt === undefined ? new Date(now.getTime() + ruleDays.usual * 86_400_000) : new Date(expiresAt);
  const days = (end.getTime() - now.getTime()) / 86_400_000;
  if (days <= 0) throw invalid([{ path: 'rule.expiresAt', message: 'Choose a time in the future' }]);
  if (days > ruleDays.most)
    throw invalid([{ path: 'rule.expiresAt', message: `A rule lasts ${ruleDays.most} days at most` }]);
  return end;
}

/**
 * Refuses (INVALID, on `rule.pattern`) a rule that would not answer the ask it is made for, that says too little to be
 * meant (a command's name and a path's first step stand in full), or that the agent's preset never allows.
 */
export function assertRule(pattern: string, ask: Asked, preset: PermissionPreset): void {
  const refuse = (message: string) => invalid([{ path: 'rule.pattern', message } satisfies FieldIssue]);
  if (ask.kind !== 'permission' || ask.permission === null) throw refuse('Only a permission can be allowed by a rule');
  // Of an address the scheme says nothing: what has to stand in full is the host.
  const parts = runsCommands(ask.permission) ? pattern.split(' ') : pattern.replace(/^[\w+.-]+:\/\//, '').split('/');
  const start = parts.find((part) => part !== '') ?? '';
  if (/[*?]/.test(start) && !subjectsOf(ask).includes(pattern))
    throw refuse(
      runsCommands(ask.permission)
        ? 'Begin with the command’s own name: a wildcard there would allow every command'
        : 'Begin with a folder or host in full: a wildcard there would allow everything',
    );
  if (!covers({ permission: ask.permission, pattern }, ask))
    throw refuse(`This does not cover what is asked: ${subjectsOf(ask).join(', ')}`);
  if (hardDenied(preset, ask))
    throw refuse(`The preset ${preset} never allows this, and a rule does not go over a preset`);
}

/** An ask of the past, with what is needed to say what a rule would have made of it. */
export interface PastAsk extends Asked {
  readonly id: string;
  readonly title: string;
  readonly status: AskStatus;
  readonly answer: AskAnswer | null;
  readonly preset: PermissionPreset;
}

export interface RulePreview<P extends PastAsk = PastAsk> {
  /** Asks that the rule would have allowed, in the order given. */
  readonly allowed: readonly P[];
  /** How many of those a person rejected: what the rule would have let through against somebody's word. */
  readonly rejected: number;
  /** Fitting asks that stay refused, because the preset of their agent never allows them. */
  readonly denied: number;
}

/** What a rule would have allowed of these asks. */
export function previewOf<P extends PastAsk>(
  rule: Pick<AskRule, 'permission' | 'pattern'>,
  past: readonly P[],
): RulePreview<P> {
  const fitting = past.filter((ask) => covers(rule, ask));
  const allowed = fitting.filter((ask) => !hardDenied(ask.preset, ask));
  const rejected = allowed.filter(
    ({ answer }) => answer !== null && 'decision' in answer && answer.decision === 'reject',
  );
  return { allowed, rejected: rejected.length, denied: fitting.length - allowed.length };
}
