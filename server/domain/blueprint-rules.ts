import { withoutFences } from './prose.ts';

/** Words that pick a blueprint when none was named, with its priority (domain.md 4, rules), in the order of the rules. */
export const blueprintRules: readonly { readonly key: string; readonly priority: number; readonly words: string[] }[] =
  [
    { key: 'security', priority: 6, words: ['auth', 'authentication', 'authorization', 'security', 'encryption'] },
    { key: 'microservice', priority: 5, words: ['microservice', 'microservices', 'distributed'] },
    { key: 'crud', priority: 4, words: ['crud', 'database', 'model'] },
    { key: 'ui_component', priority: 4, words: ['ui', 'frontend', 'interface', 'component'] },
  ];

export interface RuleMatch {
  /** Of the blueprint. */
  readonly key: string;
  /** The word of the text that matched, lower-case; the first of them. */
  readonly word: string;
  readonly priority: number;
}

/**
 * The blueprint that the words of a title and a prompt pick, and the others they would have picked. Whole words only:
 * "build" holds no ui and "author" no auth. The highest priority wins, among equals the earlier rule. Fenced blocks of
 * the prompt are not read. `chosen` is null when no word matches.
 */
export function matchRules(title: string, prompt: string): { chosen: RuleMatch | null; offered: RuleMatch[] } {
  const said = `${title}\n${withoutFences(prompt)}`.toLowerCase().match(/[\p{L}\p{M}\p{N}_]+/gu) ?? [];
  const matches = blueprintRules.flatMap(({ key, priority, words }) => {
    const word = said.find((one) => words.includes(one));
    return word === undefined ? [] : [{ key, word, priority }];
  });
  // The sort is stable, so equals keep the order of the rules.
  const [chosen = null, ...offered] = matches.sort((a, b) => b.priority - a.priority);
  return { chosen, offered };
}
