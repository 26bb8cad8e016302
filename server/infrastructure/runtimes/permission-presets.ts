import { type PermissionPreset, standardCommands } from '../../domain/agent.ts';
import { toolServerName } from '../../domain/context-tools.ts';

type Action = 'allow' | 'ask' | 'deny';

/** OpenCode's permission rules: per tool an action, or patterns with an action each; the last match wins. */
export type PermissionRules = Record<string, Action | Record<string, Action>>;

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
const rules = <A extends Action>(action: A, commands: readonly string[]): Record<string, A> =>
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

/** The presets an agent may have; what each is for stands at `permissionPresets` of the domain. */
export const permissionPresets = {
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
  action: Action;
}

/** The rules of a preset in the form and order of a session's. */
export function sessionRulesOf(rules: PermissionRules): SessionRule[] {
  return Object.entries(rules).flatMap(([permission, rule]) =>
    typeof rule === 'string'
      ? [{ permission, pattern: '*', action: rule }]
      : Object.entries(rule).map(([pattern, action]) => ({ permission, pattern, action })),
  );
}

export function isPreset(preset: string): preset is PermissionPreset {
  return preset in permissionPresets;
}

/** The name of the OpenCode agent that works under a preset; unknown presets get none. */
export function remoteAgentFor(preset: string): string | null {
  return preset in permissionPresets ? `orchestrator-${preset}` : null;
}
