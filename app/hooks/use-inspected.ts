import { useNavigation, useSearchParams } from 'react-router';

/** The task the address names for the inspector, at once when another one is on its way. */
export function useInspected(): string | null {
  const [search] = useSearchParams();
  const { location } = useNavigation();
  return (location === undefined ? search : new URLSearchParams(location.search)).get('task');
}
