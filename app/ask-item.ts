import type { Ask, AskAnswer, RuleScope } from '../server/domain/ask.ts';

/** An ask as the inbox shows it: with the names of what it belongs to, and how many tasks stand behind it. */
export type AskItem = Pick<
  Ask,
  | 'id'
  | 'kind'
  | 'status'
  | 'title'
  | 'command'
  | 'paths'
  | 'patterns'
  | 'permission'
  | 'question'
  | 'options'
  | 'openedAt'
  | 'escalatesAt'
  | 'expiresAt'
> & {
  readonly sessionSlug: string;
  readonly sessionTitle: string;
  readonly taskKey: string;
  readonly taskTitle: string;
  readonly agentName: string;
  readonly runtimeName: string;
  readonly repositoryName: string;
  readonly subAgent: boolean;
  readonly heldUp: number;
};

/** What a rule would have allowed, as the page shows it. */
export interface RuleLook {
  readonly days: number;
  readonly considered: number;
  readonly whole: boolean;
  readonly allowed: number;
  readonly rejected: number;
  readonly denied: number;
  readonly examples: readonly {
    readonly id: string;
    readonly command: string | null;
    readonly paths: readonly string[];
    readonly answer: AskAnswer | null;
    readonly openedAt: Date;
    readonly sessionSlug: string;
  }[];
  readonly refusal: string | null;
}

export interface RuleDraft {
  readonly pattern: string;
  readonly scope: RuleScope;
  readonly days: number;
}
