import { useEffect } from 'react';
import { useRevalidator } from 'react-router';

/** For a page that a lost server took away: loads it again at once, which waits until the server answers. */
export function useComeback(lost: boolean): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (lost) void revalidate();
  }, [lost, revalidate]);
}
