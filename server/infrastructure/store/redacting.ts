import type { Aggregates } from '../../application/store-port.ts';
import { type Redact, redacted } from '../redaction.ts';

/**
 * The verbs through which the words of agents, tools, commands and providers come in, with the secrets taken out before
 * the first write. Ids, paths and statuses the engine works by are not among them.
 */
export function redacting(all: Aggregates, redact: Redact): Aggregates {
  const clean = <T>(value: T): T => redacted(value, redact);
  return {
    ...all,
    events: {
      ...all.events,
      append: (sessionId, events, guard) =>
        all.events.append(
          sessionId,
          events.map((event) => ({ ...event, payload: clean(event.payload) })),
          guard,
        ),
      appendTeam: (teamId, event) => all.events.appendTeam(teamId, { ...event, payload: clean(event.payload) }),
    },
    attempts: {
      ...all.attempts,
      update(id, patch, guard) {
        const { evidence, summary, error } = patch;
        const told = { evidence, summary, error };
        const words = Object.fromEntries(Object.entries(clean(told)).filter(([, value]) => value !== undefined));
        return all.attempts.update(id, { ...patch, ...words }, guard);
      },
    },
    tasks: {
      ...all.tasks,
      move: (move) =>
        all.tasks.move(
          move.patch?.error ? { ...move, patch: { ...move.patch, error: clean(move.patch.error) } } : move,
        ),
    },
    asks: {
      ...all.asks,
      open(ask) {
        const { title, command, paths, question, options } = ask;
        return all.asks.open({
          ...ask,
          ...clean({ title, command, paths: [...paths], question, options: [...options] }),
        });
      },
    },
  };
}
