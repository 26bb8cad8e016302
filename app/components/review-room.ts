import { createContext, useContext } from 'react';

/** What every part of a change needs to take words about it. */
export interface ReviewRoom {
  /** Where its forms are posted: the page of the changes itself, as it is shown. */
  readonly action: string;
  /** The task whose change is shown; null for the whole session. */
  readonly taskId: string | null;
  /** Why this person says nothing here; null when they may. */
  readonly refusal: string | null;
  /** Whether chosen comments can go anywhere. */
  readonly sendable: boolean;
}

export const ReviewContext = createContext<ReviewRoom>({
  action: '',
  taskId: null,
  refusal: 'Nothing can be said here.',
  sendable: false,
});

export const useReviewRoom = () => useContext(ReviewContext);

/** The form at the end of the page that chosen comments belong to, wherever they stand. */
export const decisionForm = 'decision';
