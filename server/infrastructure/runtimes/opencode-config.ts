import { type PermissionPreset, permissionPresets as presets } from '../../domain/agent.ts';
import { presetRules } from '../../domain/preset-rules.ts';
import { remoteAgentFor } from './permission-presets.ts';

/** A model as the gateway offers it to a runtime. Prices are not sent: the gateway itself meters. */
export interface OfferedModel {
  provider: string;
  model: string;
  name: string;
  contextTokens: number;
  outputTokens: number;
}

interface OpenCodeConfig extends Record<string, unknown> {
  $schema: string;
  provider: Record<string, object>;
  agent: Record<string, object>;
}

export interface OpenCodeConfigInput {
  /** Where the gateway is, without a slash at its end. */
  gatewayUrl: string;
  token: string;
  models: OfferedModel[];
  defaultModel: string;
  /** How long a silent model is waited for, in milliseconds, before OpenCode tries again. */
  silenceMs: number;
}

const house = `You work alone in one git worktree. Do the task you are given, nothing else.
Never commit, push, switch branches or rewrite history: the orchestrator records your work.
When a permission is refused, go on without it. Ask a question only when the task cannot be done without its answer.`;

/** What OpenCode's agent of each preset is told; who it is comes from our own agent, in the prompt's system text. */
export const presetInstructions: Record<PermissionPreset, string> = {
  read_only: `${house}
You may read everything and change nothing: no file can be written, and only commands that read can run.
Everything you have to say is your answer; say what you looked at, what you found, where, and why it matters.`,
  documents: `${house}
You may write files and run the project's own scripts; other commands are asked for first.
Write what you find or settle where the repository keeps such things, in its own style, and change no behaviour of its code.
End with two or three sentences on what you wrote and what it rests on.`,
  standard: `${house}
Read before you change. Keep to the style of the code around. Prove your work by running the project's own checks.
End with two or three sentences on what you changed and how it was checked.`,
  integration: `${house}
You may also install what the project declares, build and pack it. Keep lockfiles and configuration in step with each other.
When you bring two pieces of work together, keep what both wanted; leave no conflict marker behind.
Prove the whole by running the project's own checks. End with two or three sentences on what you joined or changed and how it was checked.`,
};

/** The whole configuration file of a supervised OpenCode: only the gateway, only our agents, nothing that calls out. */
export function openCodeConfig(input: OpenCodeConfigInput): OpenCodeConfig {
  const providers = [...new Set(input.models.map((model) => model.provider))];
  const agents = presets.map((preset) => [
    remoteAgentFor(preset),
    {
      mode: 'primary',
      description: `Works under the ${preset} permission preset`,
      prompt: presetInstructions[preset],
      permission: presetRules[preset],
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
      baseURL: `${input.gatewayUrl}/gateway/${provider}/v1`,
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

/** What a server that is not ours adds to its `opencode.json`: our gateway beside its own providers, and our agents. */
export function externalConfig(input: OpenCodeConfigInput): object {
  const { $schema, provider, agent } = openCodeConfig(input);
  const ours = Object.fromEntries(
    presets.map((preset) => remoteAgentFor(preset)).map((name) => [name, agent[name ?? '']]),
  );
  return { $schema, autoupdate: false, share: 'disabled', provider, agent: ours };
}
