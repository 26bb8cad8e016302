import type { Deps } from '../application/deps.ts';
import { secretPlace } from '../application/external/enrol.ts';
import { taskMessage } from '../application/external/message.ts';
import { runWake } from '../application/external/report.ts';
import { agentWake } from '../application/external/service.ts';
import type { createOutbound } from '../infrastructure/outbound.ts';
import { createExternalAgentRunner } from '../infrastructure/runtimes/external-agent-runner.ts';
import { createPush } from '../infrastructure/runtimes/external-push.ts';

interface ExternalParts
  extends Pick<Deps, 'store' | 'workspaces' | 'wakeUps' | 'log' | 'settings' | 'clock' | 'encryption'> {
  readonly outbound: ReturnType<typeof createOutbound>;
  readonly heartbeatSeconds: number;
}

/** Runs of agents outside: asked for by long poll, or pushed to where an agent says it listens. */
export function openExternalRuns({ settings, clock, outbound, encryption, ...parts }: ExternalParts) {
  const { store, log } = parts;
  return createExternalAgentRunner({
    ...parts,
    message: (run) => taskMessage({ store, settings, clock }, run),
    push: createPush({ store, outbound, encryption, log, secretPlace }),
    wakes: { run: runWake, agent: agentWake },
  });
}
