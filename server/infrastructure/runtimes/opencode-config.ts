import { type PermissionPreset, permissionPresets as presets } from '../../domain/agent.ts';
import { permissionPresets, remoteAgentFor } from './permission-presets.ts';

/** A model as the gateway offers it to a runtime. Prices are not sent: the gateway itself meters. */
export interface OfferedModel {
  provider: string;
  model: string;
  name: string;
  contextTokens: number;
  outputTokens: number;
}

export interface OpenCodeConfigInput {
  gatewayPort: number;
  token: string;
  models: OfferedModel[];
  defaultModel: string;
  /** How long a silent model is waited for, in milliseconds, before OpenCode tries again. */
  silenceMs: number;
}

const instructions: Record<PermissionPreset, string> = {
  standard: `You are a software engineer working alone in one git worktree. Do the task you are given, nothing else.
Read before you change. Keep to the style of the code around. Prove your work by running the project's own checks.
Never commit, push, switch branches or rewrite history: the orchestrator records your work.
When a permission is refused, go on without it. Ask a question only when the task cannot be done without its answer.
End with two or three sentences on what you changed and how it was checked.`,
  read_only: `You review work in one git worktree. You may read everything and change nothing.
Answer with what is wrong, where, and why it matters; say plainly when nothing is.`,
};

/** The whole configuration file of a supervised OpenCode: only the gateway, only our agents, nothing that calls out. */
export function openCodeConfig(input: OpenCodeConfigInput): object {
  const providers = [...new Set(input.models.map((model) => model.provider))];
  const agents = presets.map((preset) => [
    remoteAgentFor(preset),
    {
      mode: 'primary',
      description: `Works under the ${preset} permission preset`,
      prompt: instructions[preset],
      permission: permissionPresets[preset],
    },
  ]);
  const off = ['title', 'summary', 'build', 'plan', 'general', 'explore'].map((name) => [name, { disable: true }]);
  return {
    $schema: 'https://opencode.ai/config.json',
    model: input.defaultModel,
    small_model: input.defaultModel,
    enabled_providers: providers,
    autoupdate: false,
    share: 'disabled',
    lsp: false,
    formatter: false,
    // Git is the orchestrator's; OpenCode's own snapshots would double the work in each worktree.
    snapshot: false,
    provider: Object.fromEntries(providers.map((provider) => [provider, providerEntry(provider, input)])),
    agent: { ...Object.fromEntries(off), ...Object.fromEntries(agents) },
    default_agent: remoteAgentFor('standard'),
  };
}

function providerEntry(provider: string, input: OpenCodeConfigInput): object {
  const models = input.models.filter((model) => model.provider === provider);
  return {
    npm: '@ai-sdk/openai-compatible',
    name: provider,
    options: {
      baseURL: `http://127.0.0.1:${input.gatewayPort}/gateway/${provider}/v1`,
      apiKey: input.token,
      headerTimeout: input.silenceMs,
      chunkTimeout: input.silenceMs,
    },
    models: Object.fromEntries(
      models.map((model) => [
        model.model,
        { name: model.name, tool_call: true, limit: { context: model.contextTokens, output: model.outputTokens } },
      ]),
    ),
  };
}
