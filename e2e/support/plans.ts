/** A planner's answer, as the rehearsal model gives it. */
export const plan = (body: string, info = 'plan') => `\`\`\`rehearsal ${info}\n${body}\n\`\`\`\n`;

/** A line of a plan or a blueprint: one task. */
export const step = (key: string, more = '') =>
  `  - { key: ${key}, title: Implement ${key}, capabilities: [code_generation], estimate: { likely: 1 }${more} }`;
