import type { Settings } from '../application/deps.ts';
import type { Config } from '../config.ts';

/** Below this new work is refused (engine.md 7, row 9). */
const minimumFreeBytes = 512 * 2 ** 20;

/** What the application knows of the configuration. */
export function settingsOf(
  config: Config,
  own: { owner: string; formerOwners: readonly string[]; version: string },
): Settings {
  return {
    leaseSeconds: config.leaseSeconds,
    checkpointSeconds: config.checkpointSeconds,
    heartbeatSeconds: config.heartbeatSeconds,
    askSlaSeconds: config.askSlaSeconds,
    askExpirySeconds: config.askExpirySeconds,
    approvalExpirySeconds: config.approvalExpirySeconds,
    selfApprovalDelaySeconds: config.selfApprovalDelaySeconds,
    verifyTimeoutSeconds: config.verifyTimeoutSeconds,
    owner: own.owner,
    formerOwners: own.formerOwners,
    rehearsal: config.model === null,
    version: own.version,
    minimumFreeBytes,
  };
}
