import { useEffect, useRef, useState } from 'react';

/** The keys whose figures differ from the reading before this one. */
export function useMoved(readings: Readonly<Record<string, number>>): ReadonlySet<string> {
  const before = useRef(readings);
  const [moved, setMoved] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const last = before.current;
    if (last === readings) return;
    before.current = readings;
    setMoved(new Set(Object.keys(readings).filter((key) => last[key] !== undefined && last[key] !== readings[key])));
  }, [readings]);
  return moved;
}
