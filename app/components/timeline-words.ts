import type { TaskName } from '../../server/domain/event-filter.ts';
import { type EventPayload, type EventType, eventTypes } from '../../server/domain/events.ts';
import { sessionStatuses } from '../../server/domain/session.ts';
import { taskStatuses } from '../../server/domain/task.ts';
import { duration, usd } from '../format.ts';
import type { LiveEvent } from '../live.ts';
import { sessionSigns, taskSigns } from '../status.ts';
import { reasonText } from './task-words.ts';
import {
  because,
  type Entry,
  type EventGroup,
  entry,
  type Names,
  shortCommit,
  title,
  type Words,
} from './timeline-entry.ts';
import { commandsOf, listOf, numberOf, recordOf, textOf, toolCallOf } from './timeline-payload.ts';
import { knowledgeEntries } from './timeline-words-knowledge.ts';

const decisions: Record<string, string> = {
  once: 'Allowed once',
  session: 'Allowed in this session',
  rule: 'Allowed by a rule',
  reject: 'Rejected',
};

function answered(payload: EventPayload): string {
  const answer = recordOf(payload.answer);
  const decision = textOf(answer, 'decision');
  if (decision !== null) return decisions[decision] ?? decision;
  const words = listOf(answer, 'answers').filter((one) => typeof one === 'string');
  return words.length === 0 ? 'Answered' : `Answered “${words.join(', ')}”`;
}

const becauseOf = (payload: EventPayload) => {
  const reason = textOf(payload, 'reason');
  return reason === null ? '' : `: ${reasonText(reason)}`;
};

const sessionTo = (payload: EventPayload) => sessionStatuses.find((status) => status === payload.to);
const taskTo = (payload: EventPayload) => taskStatuses.find((status) => status === payload.to);

const outputLeads: Record<string, string> = {
  text: 'Says',
  reasoning: 'Thinks',
  todo: 'Plans',
  progress: 'Notes',
  prompt: 'Was told',
};

/** Plain words for every event type; the compiler asks for a line when a type is added. */
const entries: Record<EventType, Entry> = {
  ...knowledgeEntries,
  'session.created': entry('state', 'frame', 'quiet', () => 'Session created'),
  'session.updated': entry('state', 'dash', 'quiet', (p) => {
    const ordered = textOf(p, 'pendingCommand');
    if (ordered !== null) return `Ordered to ${ordered}${because(p)}`;
    if (textOf(p, 'warning') !== null) return `Mind${because(p, 'warning')}`;
    if (Array.isArray(p.undelivered)) return `Prompts that reached nobody${because(p)}`;
    const said = reviewed(p);
    if (said !== null) return said;
    const fields = Object.keys(recordOf(p.changes));
    return fields.length === 0 ? 'Session changed' : `Session changed: ${fields.join(', ')}`;
  }),
  'session.status_changed': entry(
    'state',
    'square',
    (p) => sessionSigns[sessionTo(p) ?? 'pending'].tone,
    (p) => `Session ${word(sessionSigns, p.from)} → ${word(sessionSigns, p.to)}${because(p)}`,
  ),
  'session.attention_changed': entry(
    'people',
    'bell',
    (p) => ((p.kind ?? p.to) === 'none' ? 'quiet' : 'waiting'),
    (p) => {
      const kind = textOf(p, 'kind') ?? textOf(p, 'to') ?? 'none';
      return kind === 'none' ? 'Waits for nobody any more' : `Needs a person: ${kind}`;
    },
  ),
  'session.retried': entry('state', 'arrow', 'quiet', (p) => {
    const from = numberOf(p, 'checkpoint') ?? numberOf(p, 'sequence');
    return from === null ? 'Retried from the start' : `Retried from checkpoint ${from}`;
  }),
  'session.deleted': entry('state', 'cross', 'quiet', () => 'Session deleted; it can be restored for 30 days'),
  'session.undeleted': entry('state', 'arrow', 'quiet', () => 'Deletion undone'),
  'session.completed': entry('state', 'check', 'done', (p) =>
    textOf(p, 'proof') === 'unverified' ? 'Session completed, not proven' : 'Session completed',
  ),
  'session.failed': entry('state', 'cross', 'broken', (p) => `Session failed${because(p, 'message') || because(p)}`),
  'session.force_completed': entry(
    'people',
    'warning',
    'caution',
    (p) => `Completed by force, with an approval${because(p)}`,
  ),
  'task.status_changed': entry(
    'state',
    'ring',
    (p) => taskSigns[taskTo(p) ?? 'pending'].tone,
    (p, n) => `${n.task(p.taskId)} ${word(taskSigns, p.from)} → ${word(taskSigns, p.to)}${becauseOf(p)}`,
  ),
  'task.restored': entry(
    'state',
    'arrow',
    'quiet',
    (p, n) => `${n.task(p.taskId)} restored to ${word(taskSigns, p.to ?? p.status)}`,
  ),
  'attempt.output': entry('work', 'dash', 'quiet', (p) => {
    const lead = outputLeads[textOf(p, 'kind') ?? 'text'] ?? 'Says';
    return `${lead}: ${textOf(p, 'text') ?? 'a long text'}`;
  }),
  'attempt.tool_called': entry(
    'work',
    'square',
    (p) => {
      const call = toolCallOf(p);
      return call.status === 'error' || (call.exitCode ?? 0) !== 0
        ? 'broken'
        : call.status === 'running'
          ? 'live'
          : 'quiet';
    },
    (p) => {
      const call = toolCallOf(p);
      const end = call.exitCode === null ? '' : ` → exit ${call.exitCode}`;
      return `${call.subject === null ? call.tool : `${call.tool} ${call.subject}`}${end}`;
    },
  ),
  'attempt.file_changed': entry('work', 'diamond', 'quiet', (p) => `File changed: ${textOf(p, 'path') ?? 'unknown'}`),
  'attempt.usage_reported': entry('system', 'dash', 'quiet', (p) => {
    const usage = p.usage === undefined ? p : recordOf(p.usage);
    const tokens = (numberOf(usage, 'inputTokens') ?? 0) + (numberOf(usage, 'outputTokens') ?? 0);
    return `${tokens.toLocaleString('en-US')} tokens so far, cost ${usd(numberOf(usage, 'costUsd'))}`;
  }),
  'checkpoint.created': entry(
    'proof',
    'diamond',
    'done',
    (p) =>
      `Checkpoint ${numberOf(p, 'sequence') ?? '?'} (${(textOf(p, 'reason') ?? 'manual').replaceAll('_', ' ')}) at ${shortCommit(p)}`,
  ),
  'checkpoint.restored': entry(
    'people',
    'arrow',
    'caution',
    (p) => `Restored to checkpoint ${numberOf(p, 'sequence') ?? '?'} at ${shortCommit(p)}`,
  ),
  'verification.passed': entry('proof', 'check', 'done', (p, n) => `${n.task(p.taskId)} proven by ${saidCommands(p)}`),
  'verification.failed': entry(
    'proof',
    'cross',
    'broken',
    (p, n) => `${n.task(p.taskId)} not proven: ${saidCommands(p)}`,
  ),
  'merge.completed': entry('proof', 'arrow', 'done', (p, n) =>
    p.taskId == null
      ? `Session merged into its base as ${shortCommit(p)}`
      : `${n.task(p.taskId)} merged as ${shortCommit(p)}`,
  ),
  'comment.created': entry('people', 'dash', 'quiet', (p) => `Comment: ${textOf(p, 'text') ?? ''}`),
  'ask.opened': entry('people', 'bell', 'waiting', (p) =>
    p.kind === 'question' ? `Asks: ${title(p, 'a question')}` : `Asks permission: ${title(p, 'an action')}`,
  ),
  'ask.answered': entry('people', 'check', 'quiet', (p) => `${answered(p)}: ${title(p, 'the ask')}`),
  'ask.escalated': entry('people', 'warning', 'broken', (p) => `Unanswered too long: ${title(p, 'the ask')}`),
  'ask.expired': entry('people', 'clock', 'caution', (p) => `Nobody answered, counted as no: ${title(p, 'the ask')}`),
  'ask.superseded': entry('people', 'skip', 'quiet', (p) => `No longer asked: ${title(p, 'the ask')}`),
  'prompt.injected': entry('people', 'arrow', 'stream', (p) => `Prompt injected: ${textOf(p, 'text') ?? 'a prompt'}`),
  'recovery.taken_over': entry('system', 'warning', 'caution', (p) =>
    p.adopted === true ? 'Taken over after a restart; the running work was adopted' : 'Taken over after a restart',
  ),
};

/** How an event is shown: one table for the timeline, the feed and the screen reader. */
export function wordsOf(event: Pick<LiveEvent, 'type' | 'payload'>, names: Names): Words {
  const { group, glyph, tone, say } = entries[event.type];
  const text = say(event.payload, names);
  return {
    group,
    glyph,
    tone: typeof tone === 'function' ? tone(event.payload) : tone,
    text: text.charAt(0).toUpperCase() + text.slice(1),
  };
}

/** The types of events of some kinds, all of them when none is named. */
export function typesOf(groups: ReadonlySet<EventGroup>): EventType[] {
  return eventTypes.filter((type) => groups.size === 0 || groups.has(entries[type].group));
}

/** The names of a graph's tasks; a planner's own run is "the plan", a task that is not loaded yet simply "a task". */
export function namesOf(
  tasks: readonly { id: string; key: string; title: string }[],
  plans: ReadonlySet<string> = new Set(),
): Names {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const key = (id: unknown) => (typeof id === 'string' ? (byId.get(id)?.key ?? null) : null);
  return {
    key,
    task(id) {
      const known = key(id);
      if (known !== null) return `task “${known}”`;
      return typeof id === 'string' && plans.has(id) ? 'the plan' : 'a task';
    },
  };
}

/** The names in an event that tells of this one task. */
export function namesOfTask(task: TaskName | null): Names {
  if (task === null) return namesOf([]);
  return task.key === null ? namesOf([], new Set([task.id])) : namesOf([{ ...task, key: task.key, title: '' }]);
}

function word(signs: Readonly<Record<string, { word: string }>>, status: unknown): string {
  return typeof status === 'string' ? (signs[status]?.word ?? status) : '?';
}

function saidCommands(payload: EventPayload): string {
  const commands = commandsOf(payload);
  if (commands.length === 0) return 'no command';
  return commands
    .map(({ command, exitCode, durationMs }) => {
      const end = exitCode === null ? 'ended by the time limit' : `exit ${exitCode}`;
      return `${command} (${end}, ${duration(durationMs / 1000)})`;
    })
    .join(', ');
}

/** A person's word about the change, or a thread on it that was closed or opened. */
function reviewed(payload: EventPayload): string | null {
  const changes = recordOf(payload.changes);
  const decision = textOf(recordOf(changes.review), 'to');
  if (decision !== null)
    return `${decision === 'accepted' ? 'Change accepted' : 'Changes asked for'}${because(payload, 'note')}`;
  const thread = textOf(recordOf(changes.comment), 'to');
  const path = textOf(payload, 'path') ?? 'a file';
  return thread === null ? null : `Thread on ${path} ${thread === 'resolved' ? 'resolved' : 'opened again'}`;
}
