import type { createAgentTools } from '../application/contexts/agent-tools.ts';
import type { createCallAdmission } from '../application/engine/admit-call.ts';
import type { Store } from '../application/store-port.ts';
import type { Config } from '../config.ts';
import { createGateway } from '../infrastructure/gateway/gateway.ts';
import type { createToolTokens } from '../infrastructure/tools/tool-token.ts';
import { createToolsEndpoint } from '../infrastructure/tools/tools-endpoint.ts';
import type { Logger } from '../log.ts';
import { createAttemptRegistry } from './attempt-registry.ts';

interface GatewayParts {
  readonly config: Config;
  readonly log: Logger;
  readonly store: Store;
  readonly tools: ReturnType<typeof createAgentTools>;
  readonly tokens: ReturnType<typeof createToolTokens>;
  readonly admission: ReturnType<typeof createCallAdmission>;
  /** Until when the provider gave nothing, as this instance knew it before it ended. */
  readonly parkedUntil: Date | null;
}

/** The one way to the models, over the tables: who may call, what a call cost, and the tools of an attempt. */
export function openGateway({ config, log, store, tools, tokens, admission, parkedUntil }: GatewayParts) {
  return createGateway({
    config,
    log,
    dataDir: config.dataDir,
    parkedUntil,
    tools: createToolsEndpoint({ tools, tokens, log }),
    registry: createAttemptRegistry(store),
    meter: {
      admit: admission,
      recordCall: (call) => store.modelCalls.record(call),
      countFailure: (attemptId, step) => store.attempts.countRehearsalFailure(attemptId, step),
      setContext: async (attemptId, values) => {
        const { text, refused } = await tools.call(attemptId, 'context_set', { values });
        if (refused) log.warn({ attemptId, reason: text }, 'A rehearsal step could not set context values');
      },
    },
  });
}
