import { type PermissionPreset, standardCommands } from './agent.ts';
import { toolServerName } from './context-tools.ts';
import { matches } from './wildcard.ts';

export type PermissionAction = 'allow' | 'ask' | 'deny';

/** OpenCode's permission rules: per tool an action, or patterns with an action each; the last match wins. */
export type PermissionRules = Record<string, PermissionAction | Record<string, PermissionAction>>;

const reading: PermissionRules = {
  // Secrets in a repository are still secrets: reading them is asked for.
  read: { '*': 'allow', '*.env': 'ask', '*.env.*': 'ask', '*.env.example': 'allow' },
  glob: 'allow',
  grep: 'allow',
  list: 'allow',
  todowrite: 'allow',
  todoread: 'allow',
  question: 'allow',
  // What is known is the orchestrator's to guard: each call is judged by the attempt's row.
  [`${toolServerName}_*`]: 'allow',
};

// Rules for what nobody listed, then what is never allowed: a sub-agent would escape the ask rules.
const base: PermissionRules = { '*': 'ask', external_directory: 'ask', webfetch: 'ask', websearch: 'ask' };
const never: PermissionRules = { task: 'deny', skill: 'deny' };

/** The rule of each command, with any arguments. */
const rules = <A extends PermissionAction>(action: A, commands: readonly string[]): Record<string, A> =>
  Object.fromEntries(
    commands.flatMap((command) => [
      [command, action],
      [`${command} *`, action],
    ]),
  );

const readCommands = ['git status', 'git diff', 'git log', 'git show', 'git ls-files', 'git merge-base', 'ls', 'cat'];
const documentCommands = [...readCommands, 'echo', 'npm test', 'npm run'];
const integrationCommands = [
  ...standardCommands,
  ...readCommands,
  'git blame',
  'git rev-parse',
  'npm ci',
  'npm install',
  'npm ls',
  'npm pack',
  'npx',
];

// A command that only reads can still be told to write: by a redirection, or by git's own --output.
const writingForms: Record<string, 'deny'> = { '*>*': 'deny', '*--output*': 'deny' };

// Publishing stays asked for, also by a package manager within npx.
const publishing = rules('ask', ['npx npm', 'npx yarn', 'npx pnpm']);

/** The rules of each preset an agent may have; what each is for stands at `permissionPresets`. */
export const presetRules = {
  read_only: {
    ...base,
    ...reading,
    edit: 'deny',
    write: 'deny',
    bash: { '*': 'deny', ...rules('allow', readCommands), ...writingForms },
    ...never,
  },
  documents: {
    ...base,
    ...reading,
    edit: 'allow',
    bash: { '*': 'ask', ...rules('allow', documentCommands) },
    ...never,
  },
  standard: { ...base, ...reading, edit: 'allow', bash: { '*': 'ask', ...rules('allow', standardCommands) }, ...never },
  integration: {
    ...base,
    ...reading,
    edit: 'allow',
    bash: { '*': 'ask', ...rules('allow', integrationCommands), ...publishing },
    ...never,
  },
} as const satisfies Record<PermissionPreset, PermissionRules>;

/** A rule as a session takes it; the last that matches wins. */
export interface SessionRule {
  permission: string;
  pattern: string;
  action: PermissionAction;
}

/** The rules of a preset in the form and order of a session's. */
export function sessionRulesOf(rules: PermissionRules): SessionRule[] {
  return Object.entries(rules).flatMap(([permission, rule]) =>
    typeof rule === 'string'
      ? [{ permission, pattern: '*', action: rule }]
      : Object.entries(rule).map(([pattern, action]) => ({ permission, pattern, action })),
  );
}

/**
 * What a preset says to this: the last rule that matches both wins, as in OpenCode; nothing matching is a question.
 * `*` stands for any text and `?` for one character; a pattern that ends with ` *` matches without arguments too.
 */
export function presetAction(preset: PermissionPreset, permission: string, pattern: string): PermissionAction {
  const matching = sessionRulesOf(presetRules[preset]).findLast(
    (rule) => wildcard(rule.permission, permission) && wildcard(rule.pattern, pattern),
  );
  return matching?.action ?? 'ask';
}

function wildcard(pattern: string, text: string): boolean {
  return matches(pattern, text) || (pattern.endsWith(' *') && matches(pattern.slice(0, -2), text));
}
