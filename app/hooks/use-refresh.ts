import { useRevalidator } from 'react-router';
import { useTeamEvents } from './use-live.ts';
import { useThrottled } from './use-throttled.ts';

/** Loads the page's data again when anything of the team changed; at most every two seconds. */
export function useRefresh(): void {
  const { revalidate } = useRevalidator();
  useTeamEvents(useThrottled(() => void revalidate(), 2_000));
}
