import { z } from 'zod';
import { agentTypes } from './agent.ts';
import { autonomies, dependencyPolicies, priorities, priorityOf, sessionTypes } from './session.ts';
import { storable, text } from './text.ts';

const genericTitles = ['test session', 'new session', 'untitled', 'coding task', 'development session'];

const title = text('The title', 3, 200).refine((value) => !genericTitles.includes(value.toLowerCase()), {
  message: 'Say what the session is for; this title says nothing',
});
const prompt = text('The prompt', 1, 10_000);
const priority = z
  .union(
    [z.enum(priorities), z.literal([0, 1, 2, 3, 4])],
    `The priority is one of ${priorities.join(', ')}, or a number from 0 to 4`,
  )
  .transform(priorityOf);
const word = (label: string) => text(label, 1, 40);
const sessionRef = z
  .string()
  .trim()
  .regex(/^(IND-\d{1,9}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i, 'Must be the id or slug of a session');
const cap = (label: string) => z.int(`${label} must be a whole number`).min(1, `${label} must be at least 1`);

/** Optional caps; one that is left out does not limit (domain.md 1.2). */
export const budgetInput = z.strictObject({
  tokens: cap('The token budget').optional(),
  costUsd: z.number('The cost budget must be a number').positive('The cost budget must be above 0').optional(),
  attempts: cap('The attempt budget').optional(),
  wallSeconds: cap('The time budget').optional(),
});

const fields = {
  title,
  description: text('The description', 0, 1_000),
  priority,
  model: z
    .string()
    .trim()
    .max(200, 'The model name is too long')
    .regex(/^[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)+$/, 'Write the model as provider/model'),
  maxDurationSeconds: z
    .int('The time limit is a whole number of seconds')
    .min(60, 'The time limit is at least 60 seconds')
    .max(86_400, 'The time limit is at most 86,400 seconds'),
  parallelism: z.int('A whole number').min(1, 'At least 1 task at once').max(16, 'At most 16 tasks at once'),
  budget: budgetInput,
  autonomy: z.enum(autonomies),
  dependencyPolicy: z.enum(dependencyPolicies),
  technologies: z.array(word('A technology')).max(20, 'At most 20 technologies'),
  preferredAgent: text('The agent', 1, 50),
  preferredAgentType: z.enum(agentTypes),
  tags: z.array(word('A tag')).max(20, 'At most 20 tags'),
};

/** What creates a session (domain.md 1.2, api.md). Existence of what it names is the service's to check. */
export const createSessionInput = z.strictObject({
  title,
  prompt,
  repositoryId: z.guid('Must be the id of a repository'),
  description: fields.description.default(''),
  type: z.enum(sessionTypes).default('execution'),
  priority: priority.default(2),
  blueprint: text('The blueprint', 1, 100).optional(),
  parameters: z
    .record(z.string().min(1).max(100), z.union([storable('A parameter').max(1_000), z.number(), z.boolean()]))
    .default({}),
  parentId: sessionRef.optional(),
  model: fields.model.optional(),
  budget: fields.budget.optional(),
  parallelism: fields.parallelism.default(2),
  maxDurationSeconds: fields.maxDurationSeconds.default(3_600),
  autonomy: fields.autonomy.default('auto'),
  dependencyPolicy: fields.dependencyPolicy.default('skip'),
  technologies: fields.technologies.default([]),
  preferredAgent: fields.preferredAgent.optional(),
  preferredAgentType: fields.preferredAgentType.optional(),
  tags: fields.tags.default([]),
  start: z.boolean('start is true or false').default(false),
});
export type CreateSessionInput = z.infer<typeof createSessionInput>;

/** What a PATCH may change; a field left out stays as it is, null clears an optional one. */
export const updateSessionInput = z.strictObject({
  title: title.optional(),
  description: fields.description.optional(),
  priority: priority.optional(),
  tags: fields.tags.optional(),
  maxDurationSeconds: fields.maxDurationSeconds.optional(),
  parallelism: fields.parallelism.optional(),
  budget: fields.budget.nullable().optional(),
  dependencyPolicy: fields.dependencyPolicy.optional(),
  autonomy: fields.autonomy.optional(),
  model: fields.model.nullable().optional(),
  technologies: fields.technologies.optional(),
  preferredAgent: fields.preferredAgent.nullable().optional(),
  preferredAgentType: fields.preferredAgentType.nullable().optional(),
});
export type UpdateSessionInput = z.infer<typeof updateSessionInput>;

/** A prompt put into a run by a person. */
export const promptInput = z.strictObject({
  text: prompt,
  taskId: z.guid('Must be the id of a task').optional(),
});
export type PromptInput = z.infer<typeof promptInput>;
