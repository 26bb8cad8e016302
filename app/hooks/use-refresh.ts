import { useTeamEvents } from './use-live.ts';
import { useReload } from './use-reload.ts';
import { useThrottled } from './use-throttled.ts';

/** Loads the page's data again when anything of the team changed; at most every two seconds. */
export function useRefresh(): void {
  useTeamEvents(useThrottled(useReload(), 2_000));
}
