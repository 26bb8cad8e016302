/** The store's verbs for saved views; its promises stand in `store-port.ts`. */
import type { SessionViewFilter } from '../domain/session-view.ts';

/** A filter of the list of sessions that a person keeps under a name. */
export interface SavedView {
  id: string;
  teamId: string;
  userId: string;
  name: string;
  filter: SessionViewFilter;
  createdAt: Date;
}

export interface ViewStore {
  /** One person's, by name. */
  list(teamId: string, userId: string): Promise<SavedView[]>;
  /** Keeps it under its name; a view of the same person with this name shows something else from now on. */
  save(view: Omit<SavedView, 'createdAt'>): Promise<SavedView>;
  /** NOT_FOUND unless it is this person's. */
  remove(teamId: string, userId: string, id: string): Promise<SavedView>;
}
