/**
 * Lets readings of one key that are asked for at the same moment share one: at most one runs and one waits. Whoever
 * comes while one runs gets the next, so that each answer was read after it was asked for; a failed reading fails those
 * that shared it and nobody else.
 */
export function createSharedReading<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const turns = new Map<string, { readonly over: Promise<void>; next: Promise<T> | null }>();

  function begin(key: string): Promise<T> {
    const answer = read(key);
    const over = answer.then(nothing, nothing);
    const turn = { over, next: null };
    turns.set(key, turn);
    void over.then(() => {
      if (turn.next === null) turns.delete(key);
    });
    return answer;
  }

  return (key) => {
    const turn = turns.get(key);
    if (turn === undefined) return begin(key);
    turn.next ??= turn.over.then(() => begin(key));
    return turn.next;
  };
}

const nothing = () => undefined;
