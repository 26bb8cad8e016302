/** OpenCode's permission rules: per tool an action, or patterns with an action each; the last match wins. */
export type PermissionRules = Record<string, 'allow' | 'ask' | 'deny' | Record<string, 'allow' | 'ask' | 'deny'>>;

/** Commands the standard preset runs unasked, with any arguments (engine.md 6.1). */
export const unaskedCommands = [
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

const reading: PermissionRules = {
  // Secrets in a repository are still secrets: reading them is asked for.
  read: { '*': 'allow', '*.env': 'ask', '*.env.*': 'ask', '*.env.example': 'allow' },
  glob: 'allow',
  grep: 'allow',
  list: 'allow',
  todowrite: 'allow',
  todoread: 'allow',
  question: 'allow',
};

// Rules for what nobody listed, then what is never allowed: a sub-agent would escape the ask rules.
const base: PermissionRules = { '*': 'ask', external_directory: 'ask', webfetch: 'ask', websearch: 'ask' };
const never: PermissionRules = { task: 'deny', skill: 'deny' };

const allowedCommands: Record<string, 'allow'> = Object.fromEntries(
  unaskedCommands.flatMap((command) => [
    [command, 'allow'],
    [`${command} *`, 'allow'],
  ]),
);

const readCommands = ['git status', 'git diff', 'git log', 'git show', 'ls', 'cat'] as const;
const reviewCommands: Record<string, 'allow'> = Object.fromEntries(
  readCommands.flatMap((command) => [
    [command, 'allow'],
    [`${command} *`, 'allow'],
  ]),
);

/** The presets an agent may have. `standard` works inside its worktree; `reviewer` only reads. */
export const permissionPresets = {
  standard: { ...base, ...reading, edit: 'allow', bash: { '*': 'ask', ...allowedCommands }, ...never },
  reviewer: { ...base, ...reading, edit: 'deny', bash: { '*': 'deny', ...reviewCommands }, ...never },
} as const satisfies Record<string, PermissionRules>;

export type PermissionPreset = keyof typeof permissionPresets;

/** The name of the OpenCode agent that works under a preset; unknown presets get none. */
export function remoteAgentFor(preset: string): string | null {
  return preset in permissionPresets ? `orchestrator-${preset}` : null;
}
