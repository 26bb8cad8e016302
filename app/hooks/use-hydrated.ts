import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False on the server and in the first client render; true after. What needs JavaScript is shown only then. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
