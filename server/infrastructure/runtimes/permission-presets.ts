import type { PermissionPreset } from '../../domain/agent.ts';
import { presetRules } from '../../domain/preset-rules.ts';

export function isPreset(preset: string): preset is PermissionPreset {
  return preset in presetRules;
}

/** The name of the OpenCode agent that works under a preset; unknown presets get none. */
export function remoteAgentFor(preset: string): string | null {
  return preset in presetRules ? `orchestrator-${preset}` : null;
}
