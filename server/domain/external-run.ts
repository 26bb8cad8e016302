/** One attempt in the hands of an agent outside (engine.md 4, `AgentRunner`). */

/**
 * `offered` waits to be taken; `claimed` is worked on; `reported` has its result; `withdrawn` is nobody's: whatever still
 * comes for it is refused.
 */
export const externalRunStates = ['offered', 'claimed', 'reported', 'withdrawn'] as const;
export type ExternalRunState = (typeof externalRunStates)[number];

/** What the agent is asked, exactly as it was first offered. */
export interface ExternalOrder {
  readonly title: string;
  readonly prompt: string;
  /** Who the agent is and the rules of the house. */
  readonly system: string;
}

/** Where the agent gets the files: a clone URL that has the commit, or a bundle of ours. */
export type ExternalSource =
  | { readonly kind: 'clone'; readonly url: string; readonly commit: string }
  | { readonly kind: 'bundle'; readonly ref: string; readonly commit: string; readonly bytes: number };

/** Why a run that is out cannot go on, from what the database knows at this moment. */
export type RunLoss = 'silent' | 'lapsed' | 'not_taken' | 'removed';

/** The sentence for each loss; `seconds` is the bound that was passed. */
export function lossSentence(loss: RunLoss, seconds: number): string {
  switch (loss) {
    case 'silent':
      return `The agent has sent no heartbeat for ${seconds} s, or said that it goes offline.`;
    case 'lapsed':
      return `The agent has reported nothing on this attempt for ${seconds} s.`;
    case 'not_taken':
      return `The agent did not take the attempt within ${seconds} s.`;
    case 'removed':
      return 'The agent was taken off the fleet.';
  }
}
