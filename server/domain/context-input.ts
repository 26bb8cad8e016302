/** What people and programs may ask of contexts (api.md); the data itself is judged in context-data.ts. */
import { z } from 'zod';
import { contextScopes, mergeStrategies } from './context.ts';
import { text } from './text.ts';

const record = (label: string) => z.record(z.string(), z.json(), `${label} must be a JSON object`);
const name = text('The name', 0, 100);
const sessionRef = z.string('Must be the id or slug of a session').trim().min(1).max(64);
const contextId = z.guid('Must be the id of a context');

const maxMetadata = 16_000;
const metadata = record('The metadata').refine((value) => JSON.stringify(value).length <= maxMetadata, {
  message: `The metadata may have at most ${maxMetadata} characters as JSON`,
});

/** Creates a context. A session scope names its session, an agent scope its agent; existence is the service's to check. */
export const createContextInput = z
  .strictObject({
    scope: z.enum(contextScopes, `The scope is one of ${contextScopes.join(', ')}`),
    name: name.default(''),
    sessionId: sessionRef.optional(),
    agentId: z.guid('Must be the id of an agent').optional(),
    data: record('The data').default({}),
    metadata: metadata.default({}),
  })
  .superRefine(({ scope, sessionId, agentId }, context) => {
    const say = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (scope === 'session' && sessionId === undefined) say('sessionId', 'A session scope needs its session');
    if (scope !== 'session' && sessionId !== undefined) say('sessionId', `The scope ${scope} has no session`);
    if (scope === 'agent' && agentId === undefined) say('agentId', 'An agent scope needs its agent');
    if (scope !== 'agent' && agentId !== undefined) say('agentId', `The scope ${scope} has no agent`);
  });

/** Changes places: first what is unset, then what is set, each in its order. */
export const patchContextInput = z
  .strictObject({
    name: name.optional(),
    set: record('`set`').optional(),
    unset: z.array(z.string(), '`unset` is a list of paths').max(1_000, 'At most 1,000 paths').optional(),
    metadata: metadata.optional(),
  })
  .refine((patch) => Object.values(patch).some((value) => value !== undefined), 'Say what to change');
export type PatchContextInput = z.output<typeof patchContextInput>;

/** Sets one place; null is a value. */
export const setKeyInput = z.strictObject({ value: z.json({ error: 'Give a JSON value; null counts' }) });

export const shareContextInput = z.strictObject({ sessionId: sessionRef, name: name.optional() });

/** Merges two or more contexts into a new one; `resolutions` name a context by path, for the strategy manual. */
export const mergeContextsInput = z
  .strictObject({
    targetId: contextId,
    sourceIds: z.array(contextId, '`sourceIds` is a list of ids').min(1, 'Name at least one source').max(20),
    strategy: z.enum(mergeStrategies, `The strategy is one of ${mergeStrategies.join(', ')}`),
    resolutions: z.record(z.string(), contextId, '`resolutions` names a context for each path').default({}),
    name: name.optional(),
  })
  .superRefine(({ targetId, sourceIds, strategy, resolutions }, context) => {
    const seen = new Set([targetId]);
    sourceIds.forEach((id, at) => {
      if (seen.has(id)) context.addIssue({ code: 'custom', path: ['sourceIds', at], message: 'Named twice' });
      seen.add(id);
    });
    if (strategy !== 'manual' && Object.keys(resolutions).length > 0)
      context.addIssue({
        code: 'custom',
        path: ['resolutions'],
        message: 'Only the strategy manual takes resolutions',
      });
  });
