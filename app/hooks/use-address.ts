import { useCallback, useMemo } from 'react';
import { useLocation, useNavigate, useNavigation } from 'react-router';
import { addressOf, type SessionAddress, withAddress } from '../session-address.ts';

export interface AddressInUse extends SessionAddress {
  /** A link to the same page with some of it said otherwise. */
  readonly to: (changes: Partial<SessionAddress>) => string;
  /** Goes there without moving what is read; `replace` leaves no step behind, for what changes with every key. */
  readonly go: (changes: Partial<SessionAddress>, how?: { replace?: boolean }) => void;
}

/** The address of a session page, at once as it will be when another one is on its way. */
export function useAddress(): AddressInUse {
  const here = useLocation();
  const { location: coming } = useNavigation();
  const navigate = useNavigate();
  const { search, hash } = coming !== undefined && coming.pathname === here.pathname ? coming : here;
  const address = useMemo(() => addressOf(new URLSearchParams(search), hash), [search, hash]);
  const to = useCallback(
    (changes: Partial<SessionAddress>) => withAddress(new URLSearchParams(search), changes),
    [search],
  );
  const go = useCallback(
    (changes: Partial<SessionAddress>, how: { replace?: boolean } = {}) =>
      void navigate(to(changes), { preventScrollReset: true, replace: how.replace ?? false }),
    [navigate, to],
  );
  return useMemo(() => ({ ...address, to, go }), [address, to, go]);
}
