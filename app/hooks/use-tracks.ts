import { useCallback, useEffect, useReducer, useRef } from 'react';
import { useRevalidator } from 'react-router';
import { frequentTypes } from '../../server/domain/events.ts';
import type { Track } from '../../server/domain/matrix.ts';
import { reduceTracks } from '../live-tracks.ts';
import { useTeamEvents } from './use-live.ts';
import { useThrottled } from './use-throttled.ts';

/**
 * The rows of the matrix, current with every event; the page's other figures are loaded again when one of weight comes,
 * at most every two seconds. `setReading(true)` holds the rows in their places.
 */
export function useTracks(loaded: readonly Track[]) {
  const [state, dispatch] = useReducer(reduceTracks, { tracks: loaded, loaded, waiting: 0 });
  const reading = useRef(false);
  const { revalidate } = useRevalidator();
  const reload = useThrottled(() => void revalidate(), 2_000);

  useEffect(() => dispatch({ kind: 'loaded', tracks: loaded, reading: reading.current }), [loaded]);
  useTeamEvents((events) => {
    dispatch({ kind: 'batch', events });
    // An empty batch: something may have been missed.
    if (events.length === 0 || events.some(({ type }) => !frequentTypes.includes(type))) reload();
  });

  const setReading = useCallback((on: boolean) => {
    reading.current = on;
    if (!on) dispatch({ kind: 'released' });
  }, []);
  return { tracks: state.tracks, waiting: state.waiting, setReading };
}
