import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AskAnswer } from '../../domain/ask.ts';
import { DomainError } from '../../domain/errors.ts';
import type { AbortResult, AgentRunner, RemoteAsk, RunEnd, RunEvent, RunOrder } from '../ports.ts';

/** One run as the one who plays the agent sees it. */
export interface Run {
  readonly order: RunOrder;
  /** Aborts when the run is stopped; detaching does not stop it. */
  readonly stopped: AbortSignal;
  tell(event: RunEvent): void;
  write(path: string, content: string): void;
  /** Opens an ask and waits for its answer. */
  ask(ask: Partial<RemoteAsk>): Promise<AskAnswer>;
}

/** What the agent does in a run; without an end of its own it completes. */
export type Play = (run: Run) => Promise<RunEnd | undefined>;

interface Remote {
  order: RunOrder;
  events: RunEvent[];
  over: boolean;
  stop: AbortController;
  wake: Set<() => void>;
  answers: Map<string, (answer: AskAnswer) => void>;
}

/**
 * An agent whose part is played by the test, in the test's own process. As with a real runtime, a run goes on when its
 * reader detaches, is adopted by the next one with the same ids, and is played anew after an abort.
 */
export function createHandRunner(play: { current: Play }) {
  const remotes = new Map<string, Remote>();
  const started: RunOrder[] = [];
  const aborted: string[] = [];
  const forgotten: string[] = [];
  /** Runs nobody can be asked about. */
  const offline = new Set<string>();
  let asks = 0;
  const nextAsk = () => {
    asks += 1;
    return `per_${asks}`;
  };

  function begin(order: RunOrder): Remote {
    const remote: Remote = {
      order,
      events: [],
      over: false,
      stop: new AbortController(),
      wake: new Set(),
      answers: new Map(),
    };
    remotes.set(order.remoteSessionId, remote);
    started.push(order);
    const tell = (event: RunEvent) => {
      if (remote.over) return;
      remote.events.push(event);
      for (const wake of remote.wake) wake();
    };
    const end = (event: RunEnd) => {
      tell(event);
      remote.over = true;
    };
    remote.stop.signal.addEventListener('abort', () => end({ type: 'aborted', message: 'stopped' }));
    const run: Run = {
      order,
      stopped: remote.stop.signal,
      tell,
      write(path, content) {
        mkdirSync(dirname(join(order.directory, path)), { recursive: true });
        writeFileSync(join(order.directory, path), content);
      },
      ask(ask) {
        const remoteAskId = ask.remoteAskId ?? nextAsk();
        const answered = new Promise<AskAnswer>((resolve) => remote.answers.set(remoteAskId, resolve));
        tell({ type: 'ask', ask: { ...plainAsk, remoteSessionId: order.remoteSessionId, ...ask, remoteAskId } });
        return answered;
      },
    };
    play.current(run).then(
      (result) => end(result ?? { type: 'completed', text: `Did ${order.title}` }),
      (error: unknown) => end({ type: 'failed', failure: 'transient', message: String(error), retryAt: null }),
    );
    return remote;
  }

  const runner: AgentRunner = {
    async *run(order, signal) {
      const known = remotes.get(order.remoteSessionId);
      const adopted = known !== undefined && !known.stop.signal.aborted;
      const same = adopted && known.order.remoteMessageId === order.remoteMessageId;
      const remote = same ? known : begin(order);
      yield { type: 'started', runtimeId: 'by-hand', adopted };
      for (let next = 0; !signal.aborted; ) {
        const event = remote.events[next];
        if (event === undefined) {
          await new Promise<void>((resolve) => {
            const wake = () => {
              remote.wake.delete(wake);
              signal.removeEventListener('abort', wake);
              resolve();
            };
            remote.wake.add(wake);
            signal.addEventListener('abort', wake);
          });
          continue;
        }
        next += 1;
        yield event;
      }
    },
    async answer(order, ask, answer) {
      const answers = remotes.get(order.remoteSessionId)?.answers;
      answers?.get(ask.remoteAskId)?.(answer);
      answers?.delete(ask.remoteAskId);
    },
    async abort(order): Promise<AbortResult> {
      aborted.push(order.attemptId);
      const remote = remotes.get(order.remoteSessionId);
      if (remote === undefined || remote.over) return { rung: 'not_running', detail: 'The run was idle' };
      remote.stop.abort();
      return { rung: 'aborted', detail: 'Idle at once' };
    },
    async forget({ remoteSessionId }) {
      if (offline.has(remoteSessionId)) throw new DomainError('UNAVAILABLE', 'The runtime is not online.');
      remotes.delete(remoteSessionId);
      forgotten.push(remoteSessionId);
    },
    async openAsks(order) {
      const remote = remotes.get(order.remoteSessionId);
      if (remote === undefined || remote.over) return [];
      return remote.events.flatMap((event) =>
        event.type === 'ask' && remote.answers.has(event.ask.remoteAskId) ? [event.ask] : [],
      );
    },
  };
  return { runner, started, aborted, forgotten, offline };
}

const plainAsk: Omit<RemoteAsk, 'remoteAskId' | 'remoteSessionId'> = {
  kind: 'permission',
  title: 'bash: npm publish',
  command: 'npm publish',
  paths: [],
  patterns: ['npm publish'],
  permission: 'bash',
  question: null,
  options: [],
};
