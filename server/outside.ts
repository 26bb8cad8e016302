import { createCuration } from './application/datasets/curation.ts';
import type { Deps } from './application/deps.ts';
import { createUpkeep } from './application/upkeep.ts';
import { createWebhookDelivery } from './application/webhook-delivery.ts';
import type { Config } from './config.ts';
import type { Jobs } from './infrastructure/jobs.ts';
import { createOutbound } from './infrastructure/outbound.ts';
import { createWebhookSender } from './infrastructure/webhook-sender.ts';

/** A delivery that is due for so long has lost its job. */
const lostAfterSeconds = 60;

/** What the queue does: deliveries to webhooks as their time comes, and upkeep by the clock. */
export function createOutside(deps: Deps, { config, jobs }: { config: Config; jobs: Jobs }) {
  const { log, settings } = deps;
  const webhooks = createWebhookDelivery({
    ...deps,
    send: createWebhookSender(createOutbound({ allow: config.outboundAllow })),
    backoff: config.webhookRetrySeconds,
    owner: settings.owner,
    formerOwners: settings.formerOwners,
  });
  const curation = createCuration({
    ...deps,
    owner: settings.owner,
    formerOwners: settings.formerOwners,
    version: settings.version,
  });
  const upkeep = createUpkeep(deps);
  let opening: Promise<void> = Promise.resolve();

  async function open(): Promise<void> {
    await jobs.start({
      deliver: webhooks.deliver,
      curate: curation.curate,
      chores: {
        sweep_webhooks: { cron: '* * * * *', run: () => webhooks.sweep(lostAfterSeconds) },
        sweep_datasets: { cron: '* * * * *', run: curation.sweep },
        prune: { cron: '17 * * * *', run: upkeep.prune },
        prune_git: { cron: '23 4 * * *', run: upkeep.pruneGit },
        retain: { cron: '11 3 * * *', run: upkeep.retain },
        verify_audit: { cron: '41 3 * * *', run: upkeep.verifyAudit },
      },
    });
    await webhooks.recover();
    await curation.recover();
  }

  return {
    fanOut: webhooks.fanOut,
    /** Beside everything else: no session waits for the queue. */
    start(): void {
      opening = open().catch((error: unknown) =>
        log.error({ err: error }, 'The job queue could not be opened: webhooks and upkeep wait for the next start'),
      );
    },
    async stop(): Promise<void> {
      await opening;
      await jobs.stop();
    },
  };
}
