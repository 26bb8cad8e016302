import { DomainError } from '../../domain/errors.ts';

/** At most so many open streams per reader; taking one more throws RATE_LIMITED. Answers how to give it back. */
export function createStreamSlots(most = 100) {
  const open = new Map<string, number>();
  return (reader: string): (() => void) => {
    const count = open.get(reader) ?? 0;
    if (count >= most) {
      throw new DomainError('RATE_LIMITED', `At most ${most} streams can be open at once; close one first.`, {
        retryAfterSeconds: 5,
      });
    }
    open.set(reader, count + 1);
    return () => {
      const left = (open.get(reader) ?? 1) - 1;
      if (left <= 0) open.delete(reader);
      else open.set(reader, left);
    };
  };
}
