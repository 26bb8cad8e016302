import { type PermissionPreset, standardCommands } from '../../domain/agent.ts';

/** OpenCode's permission rules: per tool an action, or patterns with an action each; the last match wins. */
export type PermissionRules = Record<string, 'allow' | 'ask' | 'deny' | Record<string, 'allow' | 'ask' | 'deny'>>;

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

const allowed = (commands: readonly string[]): Record<string, 'allow'> =>
  Object.fromEntries(
    commands.flatMap((command) => [
      [command, 'allow'],
      [`${command} *`, 'allow'],
    ]),
  );

const readCommands = ['git status', 'git diff', 'git log', 'git show', 'ls', 'cat'];

/** The presets an agent may have. `standard` works inside its worktree; `read_only` only reads. */
export const permissionPresets = {
  standard: { ...base, ...reading, edit: 'allow', bash: { '*': 'ask', ...allowed(standardCommands) }, ...never },
  read_only: { ...base, ...reading, edit: 'deny', bash: { '*': 'deny', ...allowed(readCommands) }, ...never },
} as const satisfies Record<PermissionPreset, PermissionRules>;

/** The name of the OpenCode agent that works under a preset; unknown presets get none. */
export function remoteAgentFor(preset: string): string | null {
  return preset in permissionPresets ? `orchestrator-${preset}` : null;
}
