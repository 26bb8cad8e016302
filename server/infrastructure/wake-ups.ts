import type { WakeUps } from '../application/ports.ts';

interface Listener {
  woken: boolean;
  wake: () => void;
}

/** Wake-ups inside one process. A name nobody listens to costs nothing. */
export function createWakeUps(): WakeUps {
  const listeners = new Map<string, Set<Listener>>();

  return {
    wake(name) {
      for (const listener of listeners.get(name) ?? []) {
        listener.woken = true;
        listener.wake();
      }
    },

    listen(name) {
      const listener: Listener = { woken: false, wake: () => undefined };
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return {
        async next(ms, signal) {
          if (!listener.woken && !signal.aborted)
            await new Promise<void>((resolve) => {
              const done = () => {
                clearTimeout(timer);
                signal.removeEventListener('abort', done);
                listener.wake = () => undefined;
                resolve();
              };
              const timer = setTimeout(done, ms);
              signal.addEventListener('abort', done);
              listener.wake = done;
            });
          listener.woken = false;
        },
        end() {
          all.delete(listener);
          if (all.size === 0 && listeners.get(name) === all) listeners.delete(name);
        },
      };
    },
  };
}
