/** A queue between a producer and one `for await`: nothing is lost, and the order is kept. */
export interface EventQueue<Item> {
  push(item: Item): void;
  /** Ends the iteration once everything pushed was taken; an error ends it by throwing. */
  close(error?: unknown): void;
  items(): AsyncGenerator<Item, void, void>;
}

export function createEventQueue<Item>(): EventQueue<Item> {
  const waiting: Item[] = [];
  let closed = false;
  let failure: { error: unknown } | null = null;
  let wake: () => void = () => undefined;

  return {
    push(item) {
      if (closed) return;
      waiting.push(item);
      wake();
    },
    close(error) {
      if (closed) return;
      closed = true;
      if (error !== undefined) failure = { error };
      wake();
    },
    async *items() {
      for (;;) {
        const next = waiting.shift();
        if (next !== undefined) {
          yield next;
          continue;
        }
        if (failure !== null) throw failure.error;
        if (closed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
