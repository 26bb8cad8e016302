import type { EventInput } from '../../application/record-port.ts';
import type { SessionMove } from '../../application/session-port.ts';
import type { Aggregates } from '../../application/store-port.ts';
import type { TaskMove } from '../../application/work-port.ts';
import { type Redact, redacted } from '../redaction.ts';

/**
 * The verbs through which the words of agents, tools, commands and providers come in, with the secrets taken out before
 * the first write. Ids, paths and statuses the engine works by are not among them.
 */
export function redacting(all: Aggregates, redact: Redact): Aggregates {
  const clean = <T>(value: T): T => redacted(value, redact);
  const parts = <T extends object>(value: T, names: readonly string[]): T => ({
    ...value,
    ...Object.fromEntries(
      Object.entries(value)
        .filter(([name, part]) => names.includes(name) && part !== undefined)
        .map(([name, part]) => [name, clean(part)]),
    ),
  });
  const tidy = (event: EventInput): EventInput => ({ ...event, payload: clean(event.payload) });
  const said = <T extends object>(patch: T): T => parts(patch, ['title', 'description', 'result', 'error', 'next']);
  const typed = <T extends object>(session: T): T =>
    parts(session, ['title', 'description', 'prompt', 'parameters', 'tags', 'cause', 'error', 'result']);
  const asTyped = (move: SessionMove): SessionMove =>
    move.patch === undefined ? move : { ...move, patch: typed(move.patch) };
  const asSaid = (move: TaskMove): TaskMove => (move.patch === undefined ? move : { ...move, patch: said(move.patch) });
  const known = <T extends object>(context: T): T => parts(context, ['name', 'data', 'metadata']);
  return {
    ...all,
    events: {
      ...all.events,
      append: (sessionId, events, guard) => all.events.append(sessionId, events.map(tidy), guard),
      collect: (sessionId, events, guard) => all.events.collect(sessionId, events.map(tidy), guard),
      appendTeam: (teamId, event) => all.events.appendTeam(teamId, { ...event, payload: clean(event.payload) }),
    },
    sessions: {
      ...all.sessions,
      // What people type is written by them, and a key pasted into a goal is still a key.
      insert: (session) => all.sessions.insert(typed(session)),
      update: (id, patch, guard) => all.sessions.update(id, typed(patch), guard),
      move: (move) => all.sessions.move(asTyped(move)),
      moveAndRead: (move) => all.sessions.moveAndRead(asTyped(move)),
    },
    prompts: { ...all.prompts, insert: (prompt) => all.prompts.insert({ ...prompt, text: redact(prompt.text) }) },
    audit: {
      ...all.audit,
      append: (entry) => all.audit.append(parts(entry, ['before', 'after', 'reason'])),
    },
    attempts: {
      ...all.attempts,
      insert: (attempt) => all.attempts.insert(parts(attempt, ['prompt', 'system'])),
      update(id, patch, guard) {
        const { evidence, summary, error, verdict } = patch;
        const told = { evidence, summary, error, verdict };
        const words = Object.fromEntries(Object.entries(clean(told)).filter(([, value]) => value !== undefined));
        return all.attempts.update(id, { ...patch, ...words }, guard);
      },
    },
    tasks: {
      ...all.tasks,
      // A planner's words become tasks.
      insertAll: (tasks) =>
        all.tasks.insertAll(
          tasks.map((task) => ({ ...task, title: redact(task.title), description: redact(task.description) })),
        ),
      move: (move) => all.tasks.move(asSaid(move)),
      moveAndRead: (move) => all.tasks.moveAndRead(asSaid(move)),
      edit: (taskId, patch, guard) => all.tasks.edit(taskId, said(patch), guard),
    },
    conflicts: {
      ...all.conflicts,
      // The files a person chose stay as they are: they land in the repository.
      insert: (conflict) => all.conflicts.insert({ ...conflict, message: redact(conflict.message) }),
    },
    comments: {
      ...all.comments,
      insert: (comment) =>
        all.comments.insert({ ...comment, body: redact(comment.body), excerpt: clean([...comment.excerpt]) }),
    },
    reviews: { ...all.reviews, insert: (review) => all.reviews.insert({ ...review, note: redact(review.note) }) },
    approvals: {
      ...all.approvals,
      insert: (approval, seconds) => all.approvals.insert(parts(approval, ['reason', 'facts']), seconds),
      decide: (id, decision) => all.approvals.decide(id, parts(decision, ['note'])),
    },
    contexts: {
      ...all.contexts,
      create: (context, changes, actor) => all.contexts.create(known(context), clean([...changes]), actor),
      write: (id, write) => all.contexts.write(id, { ...known(write), changes: clean([...write.changes]) }),
    },
    webhooks: {
      ...all.webhooks,
      settle: (id, attempts, settlement) => all.webhooks.settle(id, attempts, parts(settlement, ['error', 'response'])),
    },
    external: {
      ...all.external,
      // Files stay as they are: they land in the repository, and are judged there.
      append: (run, events, leaseSeconds, bytes) =>
        all.external.append(
          run,
          events.map(({ key, event }) => ({ key, event: event.type === 'artifact' ? event : clean(event) })),
          leaseSeconds,
          bytes,
        ),
      finish: (attemptId, result, hash) =>
        all.external.finish(attemptId, { ...result, ...clean({ output: result.output, error: result.error }) }, hash),
    },
    asks: {
      ...all.asks,
      answer: (id, answer, by) => all.asks.answer(id, clean(answer), by),
      open(ask) {
        const { title, command, paths, patterns, question, options } = ask;
        return all.asks.open({
          ...ask,
          ...clean({ title, command, paths: [...paths], patterns: [...patterns], question, options: [...options] }),
        });
      },
    },
  };
}
