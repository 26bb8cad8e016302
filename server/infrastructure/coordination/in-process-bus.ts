import type { Bus, Message } from './bus.ts';

/** A line inside one process: an instance alone on it speaks to nobody; tests put several on one. */
export function createInProcessLine() {
  const members = new Map<string, (message: Message, from: string) => void>();
  return {
    join(id: string): Bus {
      const listeners = new Set<(message: Message, from: string) => void>();
      members.set(id, (message, from) => {
        for (const listener of listeners) listener(message, from);
      });
      return {
        kind: 'in_process',
        send(message) {
          if (!members.has(id)) return;
          for (const [member, hear] of members) if (member !== id) queueMicrotask(() => hear(message, id));
        },
        ok: () => true,
        onMessage: (listener) => void listeners.add(listener),
        async close() {
          members.delete(id);
        },
      };
    },
  };
}
