import type { EventPayload, EventType } from '../../server/domain/events.ts';
import { sessionStatuses } from '../../server/domain/session.ts';
import { taskStatuses } from '../../server/domain/task.ts';
import { duration, usd } from '../format.ts';
import type { LiveEvent } from '../live.ts';
import { type GlyphName, sessionSigns, type Tone, taskSigns } from '../status.ts';
import { commandsOf, listOf, numberOf, recordOf, textOf, toolCallOf } from './timeline-payload.ts';

/** The kinds a timeline is filtered by. */
export const eventGroups = ['state', 'work', 'proof', 'people', 'system'] as const;
export type EventGroup = (typeof eventGroups)[number];

export const groupWords: Record<EventGroup, string> = {
  state: 'States',
  work: 'Work',
  proof: 'Proof',
  people: 'People',
  system: 'System',
};

export interface Words {
  readonly group: EventGroup;
  readonly glyph: GlyphName;
  readonly tone: Tone;
  readonly text: string;
}

/** What a sentence may need beyond the payload. */
export interface Names {
  /** A task by its id, as a sentence names it. */
  task(id: unknown): string;
  /** Its bare key; null when it is not known. */
  key(id: unknown): string | null;
}

interface Entry {
  readonly group: EventGroup;
  readonly glyph: GlyphName;
  readonly tone: Tone | ((payload: EventPayload) => Tone);
  readonly say: (payload: EventPayload, names: Names) => string;
}

const entry = (group: EventGroup, glyph: GlyphName, tone: Entry['tone'], say: Entry['say']): Entry => ({
  group,
  glyph,
  tone,
  say,
});

const because = (payload: EventPayload, key = 'reason') => {
  const reason = textOf(payload, key);
  return reason === null ? '' : `: ${reason}`;
};
const shortCommit = (payload: EventPayload) => textOf(payload, 'commit')?.slice(0, 10) ?? 'no commit';
const title = (payload: EventPayload, fallback: string) => textOf(payload, 'title') ?? fallback;

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
  'session.created': entry('state', 'frame', 'quiet', () => 'Session created'),
  'session.updated': entry('state', 'dash', 'quiet', (p) => {
    const ordered = textOf(p, 'pendingCommand');
    if (ordered !== null) return `Ordered to ${ordered}${because(p)}`;
    if (textOf(p, 'warning') !== null) return `Mind${because(p, 'warning')}`;
    if (Array.isArray(p.undelivered)) return `Prompts that reached nobody${because(p)}`;
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
  'session.force_completed': entry('people', 'warning', 'caution', () => 'Completed by force, with an approval'),
  'plan.proposed': entry('work', 'diamond', 'quiet', (p) => {
    const tasks = numberOf(p, 'tasks') ?? listOf(p, 'tasks').length;
    const from = textOf(p, 'blueprint') ?? textOf(p, 'source');
    return `Plan proposed${tasks > 0 ? `: ${tasks} ${tasks === 1 ? 'task' : 'tasks'}` : ''}${from === null ? '' : ` from ${from}`}`;
  }),
  'plan.accepted': entry('people', 'check', 'quiet', () => 'Plan accepted'),
  'plan.rejected': entry('people', 'cross', 'caution', (p) => `Plan rejected${because(p)}`),
  'task.created': entry('work', 'frame', 'quiet', (p) => `Task added: ${title(p, textOf(p, 'key') ?? 'untitled')}`),
  'task.updated': entry('work', 'dash', 'quiet', (p, n) => `${n.task(p.taskId)} changed`),
  'task.status_changed': entry(
    'state',
    'ring',
    (p) => taskSigns[taskTo(p) ?? 'pending'].tone,
    (p, n) => `${n.task(p.taskId)} ${word(taskSigns, p.from)} → ${word(taskSigns, p.to)}${because(p)}`,
  ),
  'task.routed': entry('work', 'arrow', 'quiet', (p, n) => {
    const sentence = textOf(p, 'sentence');
    return sentence ?? `${n.task(p.taskId)} routed to ${textOf(p, 'agent') ?? textOf(p, 'agentName') ?? 'an agent'}`;
  }),
  'task.decomposed': entry('work', 'diamond', 'quiet', (p, n) => `${n.task(p.taskId)} split into smaller tasks`),
  'task.restored': entry(
    'state',
    'arrow',
    'quiet',
    (p, n) => `${n.task(p.taskId)} restored to ${word(taskSigns, p.to ?? p.status)}`,
  ),
  'attempt.started': entry('work', 'disc', 'live', (p, n) => {
    const adopted = p.adopted === true ? ' (found running and adopted)' : '';
    return `Attempt ${numberOf(p, 'number') ?? ''} of ${n.task(p.taskId)} started${adopted}`.replace('  ', ' ');
  }),
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
  'attempt.ended': entry(
    'work',
    'square',
    (p) => (p.status === 'succeeded' ? 'done' : p.status === 'failed' ? 'broken' : 'caution'),
    (p, n) => {
      const why = because(p, 'message') || because(recordOf(p.error), 'message') || because(p);
      return `Attempt ${numberOf(p, 'number') ?? ''} of ${n.task(p.taskId)} ended: ${textOf(p, 'status') ?? 'unknown'}${why}`.replace(
        '  ',
        ' ',
      );
    },
  ),
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
  'evidence.waived': entry('people', 'skip', 'caution', (p, n) => `Proof of ${n.task(p.taskId)} waived${because(p)}`),
  'merge.completed': entry('proof', 'arrow', 'done', (p, n) =>
    p.taskId == null
      ? `Session merged into its base as ${shortCommit(p)}`
      : `${n.task(p.taskId)} merged as ${shortCommit(p)}`,
  ),
  'conflict.detected': entry('proof', 'warning', 'broken', (p, n) => {
    const files = listOf(p, 'files').filter((file) => typeof file === 'string');
    return `${n.task(p.taskId)} conflicts with the session branch${files.length > 0 ? `: ${files.join(', ')}` : ''}`;
  }),
  'conflict.resolved': entry('proof', 'check', 'done', () => 'Conflict resolved'),
  'comment.created': entry('people', 'dash', 'quiet', (p) => `Comment: ${textOf(p, 'text') ?? ''}`),
  'ask.opened': entry('people', 'bell', 'waiting', (p) =>
    p.kind === 'question' ? `Asks: ${title(p, 'a question')}` : `Asks permission: ${title(p, 'an action')}`,
  ),
  'ask.answered': entry('people', 'check', 'quiet', (p) => `${answered(p)}: ${title(p, 'the ask')}`),
  'ask.escalated': entry('people', 'warning', 'broken', (p) => `Unanswered too long: ${title(p, 'the ask')}`),
  'ask.expired': entry('people', 'clock', 'caution', (p) => `Nobody answered, counted as no: ${title(p, 'the ask')}`),
  'ask.superseded': entry('people', 'skip', 'quiet', (p) => `No longer asked: ${title(p, 'the ask')}`),
  'prompt.injected': entry('people', 'arrow', 'stream', (p) => `Prompt injected: ${textOf(p, 'text') ?? 'a prompt'}`),
  'approval.requested': entry('people', 'bell', 'waiting', () => 'Approval requested'),
  'approval.decided': entry('people', 'check', 'quiet', (p) => `Approval ${textOf(p, 'status') ?? 'decided'}`),
  'approval.expired': entry('people', 'clock', 'caution', () => 'Approval expired'),
  'agent.registered': entry('system', 'frame', 'quiet', (p) => `Agent ${textOf(p, 'name') ?? ''} registered`),
  'agent.updated': entry('system', 'dash', 'quiet', (p) => `Agent ${textOf(p, 'name') ?? ''} changed`),
  'agent.state_changed': entry(
    'system',
    'ring',
    'quiet',
    (p) => `Agent ${textOf(p, 'name') ?? ''} is ${textOf(p, 'to') ?? '?'}`,
  ),
  'agent.tier_changed': entry(
    'system',
    'ring',
    'quiet',
    (p) => `Agent ${textOf(p, 'name') ?? ''} is now ${textOf(p, 'to') ?? '?'}`,
  ),
  'runtime.state_changed': entry(
    'system',
    'link',
    (p) => (p.to === 'online' ? 'quiet' : 'caution'),
    (p) => `OpenCode is ${textOf(p, 'to') ?? textOf(p, 'state') ?? '?'}${because(p, 'detail')}`,
  ),
  'context.changed': entry('system', 'dash', 'quiet', () => 'Shared context changed'),
  'budget.reserved': entry('system', 'dash', 'quiet', () => 'Budget reserved'),
  'budget.exhausted': entry('system', 'warning', 'caution', (p) => `Budget used up${because(p)}`),
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

/** The names of a graph's tasks; a task that is not loaded yet is simply "a task". */
export function namesOf(tasks: readonly { id: string; key: string; title: string }[]): Names {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const key = (id: unknown) => (typeof id === 'string' ? (byId.get(id)?.key ?? null) : null);
  return {
    key,
    task(id) {
      const known = key(id);
      return known === null ? 'a task' : `task “${known}”`;
    },
  };
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
