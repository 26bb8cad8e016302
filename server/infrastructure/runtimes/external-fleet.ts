import type { AgentRunner, Log, RunEvent } from '../../application/ports.ts';
import type { RuntimeFleet, RuntimeTarget } from '../../application/runtime-port.ts';
import { invalid } from '../../domain/errors.ts';
import type { Outbound } from '../outbound.ts';
import { blind, createExternalLink, type ExternalLink } from './external-link.ts';
import { addressOfTarget, identify, modelsOf, ProbeRefusal, seesFiles, sharedFolder } from './external-probe.ts';
import { createFleetRunner } from './fleet-runner.ts';
import { RuntimeProblem } from './opencode-client.ts';
import { externalConfig } from './opencode-config.ts';
import { createOpenCodeRunner, type OpenCodeRunnerOptions } from './opencode-runner.ts';
import type { SupervisedGateway } from './opencode-supervisor.ts';

export interface ExternalFleetOptions {
  outbound: Outbound;
  log: Log;
  dataDir: string;
  /** What every runner is made with, whatever it runs on. */
  runner: Omit<OpenCodeRunnerOptions, 'link' | 'log' | 'runtimeId'>;
  /** What a server is offered, and where the gateway is for one that is not ours. */
  gateway: Pick<SupervisedGateway, 'models' | 'defaultModel'>;
  gatewayUrl: () => string;
  /** A password of a server must never be written down. */
  keepSecret: (value: string) => void;
}

export interface ExternalFleet extends RuntimeFleet {
  /** Runs orders on whichever server they name. */
  readonly runner: AgentRunner;
  close(): void;
}

/** The OpenCode servers that are not ours, each with its link and its runner. */
export function createExternalFleet(options: ExternalFleetOptions): ExternalFleet {
  const { outbound, log, dataDir } = options;
  const watched = new Map<string, { target: RuntimeTarget; link: ExternalLink; runner: AgentRunner }>();

  function watch(target: RuntimeTarget): void {
    options.keepSecret(target.password);
    const link = createExternalLink({ target, outbound, dataDir });
    const runner = parking(createOpenCodeRunner({ ...options.runner, link, log, runtimeId: target.id }), link);
    watched.set(target.id, { target, link, runner });
  }

  return {
    keep(targets) {
      const wanted = new Map(targets.map((target) => [target.id, target]));
      for (const [id, { target, link }] of watched) {
        const now = wanted.get(id);
        if (now?.url === target.url && now.username === target.username && now.password === target.password) continue;
        link.close();
        watched.delete(id);
      }
      for (const target of targets) if (!watched.has(target.id)) watch(target);
    },

    sight: (id) => watched.get(id)?.link.sight() ?? null,
    check: async (id) => (await watched.get(id)?.link.check()) ?? null,

    async probe(target) {
      try {
        const softwareVersion = await identify(outbound, target);
        const address = addressOfTarget(outbound, target);
        const folder = await sharedFolder(dataDir);
        if (!(await seesFiles(address, folder))) throw new ProbeRefusal('url', `${blind(dataDir)}.`);
        const models = await modelsOf(address, folder);
        const fresh = { circuit: 'closed' as const, parkedUntil: null, filesSeen: true, answered: true };
        return { ...fresh, state: 'online', detail: 'Healthy', softwareVersion, models };
      } catch (error) {
        if (error instanceof ProbeRefusal) throw invalid([{ path: error.path, message: error.message }], error.message);
        if (!(error instanceof RuntimeProblem)) throw error;
        throw invalid([{ path: 'url', message: error.message }], error.message);
      }
    },

    defaultModel: options.runner.defaultModel,
    configFor(token) {
      const { gateway, gatewayUrl } = options;
      const offered = { models: gateway.models(), defaultModel: gateway.defaultModel() };
      return JSON.stringify(
        externalConfig({ ...offered, token, gatewayUrl: gatewayUrl(), silenceMs: 120_000 }),
        null,
        2,
      );
    },
    runner: createFleetRunner((runtimeId) => watched.get(runtimeId)?.runner ?? null),

    close() {
      for (const { link } of watched.values()) link.close();
      watched.clear();
    },
  };
}

/** The same runner; a quota that is spent at the server's own provider parks the whole server. */
function parking(runner: AgentRunner, link: ExternalLink): AgentRunner {
  async function* run(...given: Parameters<AgentRunner['run']>): AsyncGenerator<RunEvent> {
    for await (const event of runner.run(...given)) {
      if (event.type === 'failed' && event.failure === 'quota_exhausted' && event.retryAt !== null)
        link.park(event.retryAt);
      yield event;
    }
  }
  return { ...runner, run };
}
