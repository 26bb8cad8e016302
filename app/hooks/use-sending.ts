import { useNavigation } from 'react-router';

/**
 * The word of a bar while its own order is on its way, null while nothing or another order of the page is. Orders of one
 * page are told apart by their `intent`; null is the one that has none.
 */
export function useSending(word: string, intent: string | null): string | null {
  const { state, formData } = useNavigation();
  return state === 'submitting' && (formData?.get('intent') ?? null) === intent ? word : null;
}
