/** Work that went from one agent to another: what the Radial Orchestrator draws. */
export interface Handover {
  readonly from: string;
  readonly to: string;
  /** Tasks whose result the other built on. */
  readonly flowed: number;
  /** Tasks the other took over because the first did not get them done. */
  readonly rerouted: number;
}

/** What an agent was given in the same time. */
export interface Share {
  readonly agentId: string;
  readonly given: number;
  readonly failed: number;
}

export interface Handovers {
  /** Of attempts that ended since. */
  readonly since: Date;
  readonly shares: readonly Share[];
  readonly handovers: readonly Handover[];
}

/** In words, the weightiest first: what a table beside the picture says. */
export function byWeight(handovers: readonly Handover[]): Handover[] {
  return handovers.toSorted(
    (a, b) =>
      b.rerouted - a.rerouted || b.flowed - a.flowed || a.from.localeCompare(b.from) || a.to.localeCompare(b.to),
  );
}
