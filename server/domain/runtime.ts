/** Where attempts run: our own OpenCode, somebody's OpenCode elsewhere, or an agent that speaks EAP (engine.md 6). */
export const runtimeKinds = ['opencode_embedded', 'opencode_external', 'external_agent'] as const;
export type RuntimeKind = (typeof runtimeKinds)[number];

export const runtimeStates = ['starting', 'online', 'degraded', 'parked', 'offline'] as const;
export type RuntimeState = (typeof runtimeStates)[number];
