export type CircuitState = 'closed' | 'open' | 'half_open';

export interface Circuit {
  /** Whether a call may go out now; in half-open only one at a time may (the probe). */
  allow(): boolean;
  succeeded(): void;
  failed(): void;
  /** A call ended without saying anything about the provider. */
  released(): void;
  state(): CircuitState;
  /** When the next probe may go, while open. */
  opensAt(): Date | null;
}

const failuresToOpen = 5;
const windowMs = 60_000;
const openMs = 30_000;

/** Five failures within 60 s open it for 30 s; then one probe decides (engine.md 6). */
export function createCircuit(now: () => number = Date.now): Circuit {
  let failures: number[] = [];
  let openedAt: number | null = null;
  let probing = false;

  const state = (): CircuitState => {
    if (openedAt === null) return 'closed';
    return now() - openedAt < openMs ? 'open' : 'half_open';
  };

  return {
    state,
    allow() {
      const current = state();
      if (current === 'closed') return true;
      if (current === 'open' || probing) return false;
      probing = true;
      return true;
    },
    succeeded() {
      failures = [];
      openedAt = null;
      probing = false;
    },
    failed() {
      const at = now();
      if (openedAt !== null) {
        // A late failure of an older call must not prolong an open circuit.
        if (probing) openedAt = at;
        probing = false;
        return;
      }
      failures = [...failures.filter((one) => at - one < windowMs), at];
      if (failures.length < failuresToOpen) return;
      failures = [];
      openedAt = at;
    },
    released() {
      probing = false;
    },
    opensAt: () => (openedAt === null ? null : new Date(openedAt + openMs)),
  };
}
