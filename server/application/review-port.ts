/** The store's verbs for what people say about a session's changes; its promises stand in `store-port.ts`. */
import type { Comment, Merge, Review } from '../domain/review.ts';

type Given<T> = Omit<T, 'author' | 'createdAt'> & { createdBy: string | null };

export interface CommentStore {
  insert(comment: Omit<Given<Comment>, 'resolvedAt' | 'resolvedBy' | 'sentAt'>): Promise<Comment>;
  get(sessionId: string, id: string): Promise<Comment | null>;
  /** Oldest first, answers among them. */
  ofSession(sessionId: string): Promise<Comment[]>;
  /** Closes or opens a thread; CONFLICT when it is so already. */
  settle(id: string, settled: { resolved: boolean; by: string | null }): Promise<Comment>;
  /** These went to an agent, by database time. */
  markSent(ids: readonly string[]): Promise<void>;
}

export interface ReviewStore {
  insert(review: Omit<Given<Review>, 'followUpSlug'>): Promise<Review>;
  /** Newest first. */
  ofSession(sessionId: string): Promise<Review[]>;
}

export interface MergeStore {
  /** One for each head of a session: a second one is CONFLICT. */
  insert(merge: Given<Merge>): Promise<Merge>;
  /** Newest first. */
  ofSession(sessionId: string): Promise<Merge[]>;
}
