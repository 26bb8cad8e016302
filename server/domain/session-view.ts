import { z } from 'zod';
import { attentions, sessionStatuses } from './session.ts';

/** Orders of the list of sessions. */
export const sessionSorts = [
  'newest',
  'oldest',
  'priority',
  'attention',
  'changed',
  'title',
  'progress',
  'health',
  'cost',
] as const;
export type SessionSort = (typeof sessionSorts)[number];

const words = (most: number) => z.string().trim().min(1).max(most);

/** What a saved view remembers of a list: its filter and its order, nothing of where one was in it. */
const sessionViewFilter = z
  .object({
    status: z.array(z.enum(sessionStatuses)).max(sessionStatuses.length),
    attention: z.array(z.enum(attentions)).max(attentions.length),
    priority: z.array(z.int().min(0).max(4)).max(5),
    tag: z.array(words(50)).max(20),
    createdBy: z.uuid(),
    repositoryId: z.uuid(),
    /** Within the last 24 hours. */
    ended: z.literal('day'),
    q: words(200),
    sort: z.enum(sessionSorts),
  })
  .partial();
export type SessionViewFilter = z.infer<typeof sessionViewFilter>;

/** A name a person gives a view of theirs, and what it shows. */
export const sessionViewInput = z.object({
  name: words(60),
  filter: sessionViewFilter,
});

/** More would not be a choice but a list to search. */
export const mostViews = 20;
