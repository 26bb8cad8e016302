import type { EventPayload, EventType } from '../../server/domain/events.ts';
import { usd } from '../format.ts';
import { verdictText } from './task-words.ts';
import { because, type Entry, entry, shortCommit, title } from './timeline-entry.ts';
import { listOf, numberOf, recordOf, textOf } from './timeline-payload.ts';

type Told = Extract<
  EventType,
  | `plan.${string}`
  | 'task.created'
  | 'task.updated'
  | 'task.decomposed'
  | 'task.routed'
  | 'attempt.started'
  | 'attempt.ended'
  | 'evidence.waived'
  | `conflict.${string}`
  | `approval.${string}`
  | `agent.${string}`
  | 'runtime.state_changed'
  | 'context.changed'
  | `budget.${string}`
>;

const texts = (payload: EventPayload, key: string) =>
  listOf(payload, key).filter((one): one is string => typeof one === 'string');
const some = (words: readonly string[], most = 5) =>
  words.length > most ? `${words.slice(0, most).join(', ')} and ${words.length - most} more` : words.join(', ');
const sentence = (payload: EventPayload) => textOf(payload, 'sentence');
const by = (payload: EventPayload, key: string) => textOf(recordOf(payload[key]), 'name') ?? textOf(payload, key);
const fromTo = (payload: EventPayload) =>
  `${textOf(payload, 'from') === null ? '' : `${textOf(payload, 'from')} → `}${textOf(payload, 'to') ?? '?'}`;

/** What a person may change of a task, in words; other fields are named as they are. */
const fieldWords: Record<string, string> = {
  dependencies: 'what it waits for',
  writes: 'the paths it writes',
  verification: 'its proof',
  next: 'who is next',
  parentTaskId: 'its group',
};

function changedFields(payload: EventPayload): string[] {
  const named = texts(payload, 'fields');
  const fields = named.length > 0 ? named : Object.keys(recordOf(payload.changes));
  return fields.map((field) => fieldWords[field] ?? field);
}

function attemptName(payload: EventPayload, task: string): string {
  const role = textOf(payload, 'role');
  if (role === 'plan') return 'The planner';
  const number = numberOf(payload, 'number');
  const what = role === 'conflict' ? 'Conflict attempt' : role === 'waiver' ? 'Landing' : 'Attempt';
  return `${what}${number === null ? '' : ` ${number}`} of ${task}`;
}

function verdictOf(payload: EventPayload): string {
  const verdict = recordOf(payload.verdict);
  const action = textOf(verdict, 'action');
  return action === null ? '' : ` → ${verdictText({ ...verdict, action })}`;
}

const requestNames: Record<string, string> = {
  force_complete: 'Completion by force',
  budget_raise: 'More tokens this month',
  team_delete: 'Deletion of the team',
};
const requestName = (payload: EventPayload) => requestNames[textOf(payload, 'action') ?? ''] ?? 'An approval';

/** Words for plans, agents, conflicts, contexts and budgets. */
export const knowledgeEntries: Record<Told, Entry> = {
  'plan.proposed': entry('work', 'diamond', 'quiet', (p) => {
    const tasks = listOf(p, 'tasks').length || (numberOf(p, 'tasks') ?? 0);
    const from = textOf(p, 'blueprint') ?? textOf(p, 'source');
    const offered = texts(p, 'offered');
    const count = tasks > 0 ? `: ${tasks} ${tasks === 1 ? 'task' : 'tasks'}` : '';
    // The sentence of a rule names them itself.
    const also = offered.length > 0 && sentence(p) === null ? `. Fits too: ${some(offered)}` : '';
    const why = sentence(p) === null ? (from === null ? '' : ` from ${from}`) : `. ${sentence(p)}`;
    return `Plan proposed${count}${why}${also}`;
  }),
  'plan.accepted': entry('people', 'check', 'quiet', (p) =>
    p.automatically === true ? 'Plan accepted by itself, as the session asks' : 'Plan accepted',
  ),
  'plan.rejected': entry('people', 'cross', 'caution', (p) => `Plan rejected${because(p)}`),
  'task.created': entry('work', 'frame', 'quiet', (p) =>
    p.kind === 'plan'
      ? `A planner agent is asked for the plan${sentence(p) === null ? '' : `: ${sentence(p)}`}`
      : `Task added: ${title(p, textOf(p, 'key') ?? 'untitled')}`,
  ),
  'task.updated': entry('work', 'dash', 'quiet', (p, n) => {
    const name =
      n.key(p.taskId) === null && textOf(p, 'key') !== null ? `task “${textOf(p, 'key')}”` : n.task(p.taskId);
    if (p.removed === true) return `${name} taken off the graph`;
    const { added, removed } = recordOf(p.dependency);
    if (added !== undefined) return `${name} now waits for ${n.task(recordOf(added).fromTaskId)}`;
    if (removed !== undefined) return `${name} no longer waits for ${n.task(recordOf(removed).fromTaskId)}`;
    const agent = textOf(recordOf(recordOf(p.changes).agent), 'to');
    if (agent !== null) return `${agent} is asked for the next attempt of ${name}`;
    const what = sentence(p) ?? some(changedFields(p));
    return `${name} changed${what === '' ? because(p) : `: ${what}`}`;
  }),
  'task.decomposed': entry('work', 'diamond', 'quiet', (p, n) => {
    const parts = listOf(p, 'children').length || listOf(p, 'tasks').length;
    return `${n.task(p.taskId)} split into ${parts > 0 ? `${parts} ${parts === 1 ? 'task' : 'tasks'}` : 'smaller tasks'}${because(p)}`;
  }),
  'task.routed': entry(
    'work',
    'arrow',
    (p) => (textOf(p, 'agentId') === null && textOf(p, 'agent') === null ? 'caution' : 'quiet'),
    (p, n) =>
      sentence(p) ?? `${n.task(p.taskId)} routed to ${textOf(p, 'agent') ?? textOf(p, 'agentName') ?? 'an agent'}`,
  ),
  'attempt.started': entry('work', 'disc', 'live', (p, n) => {
    const adopted = p.adopted === true ? ' (found running and adopted)' : '';
    const agent = textOf(p, 'agent');
    const who = agent === null || p.adopted === true ? '' : ` by ${agent}`;
    return `${attemptName(p, n.task(p.taskId))} started${who}${adopted}`;
  }),
  'attempt.ended': entry(
    'work',
    'square',
    (p) => (p.status === 'succeeded' ? 'done' : p.status === 'failed' ? 'broken' : 'caution'),
    (p, n) => {
      const why = because(p, 'message') || because(recordOf(p.error), 'message') || because(p);
      return `${attemptName(p, n.task(p.taskId))} ended: ${textOf(p, 'status') ?? 'unknown'}${why}${verdictOf(p)}`;
    },
  ),
  'evidence.waived': entry('people', 'skip', 'caution', (p, n) => {
    const waiver = recordOf(p.waiver);
    const who = textOf(p, 'byName') ?? textOf(waiver, 'byName');
    const why = because(p) || because(waiver);
    return `Proof of ${n.task(p.taskId)} waived${who === null ? '' : ` by ${who}`}${why}`;
  }),
  'conflict.detected': entry('proof', 'warning', 'broken', (p, n) => {
    const files = texts(p, 'files');
    return `${n.task(p.taskId)} conflicts with the session branch${files.length > 0 ? `: ${some(files)}` : ''}`;
  }),
  'conflict.resolved': entry('proof', 'check', 'done', (p, n) => {
    const who = by(p, 'resolvedBy');
    const commit = textOf(p, 'commit') === null ? '' : ` as ${shortCommit(p)}`;
    return `Conflict of ${n.task(p.taskId)} resolved${who === null ? '' : ` by ${who}`}${commit}`;
  }),
  'approval.requested': entry('people', 'bell', 'waiting', (p) => `Asked for: ${requestName(p)}${because(p)}`),
  'approval.decided': entry(
    'people',
    'diamond',
    'quiet',
    (p) => `${requestName(p)}: ${textOf(p, 'decision') ?? 'decided'}${because(p, 'note')}`,
  ),
  'approval.expired': entry('people', 'clock', 'caution', (p) => `${requestName(p)}: not decided${because(p, 'note')}`),
  'agent.registered': entry('system', 'frame', 'quiet', (p) => `Agent ${textOf(p, 'name') ?? ''} registered`),
  'agent.updated': entry('system', 'dash', 'quiet', (p) => {
    const fields = changedFields(p);
    return `Agent ${textOf(p, 'name') ?? ''} changed${fields.length > 0 ? `: ${some(fields)}` : ''}`;
  }),
  'agent.state_changed': entry(
    'system',
    'ring',
    (p) => (p.to === 'offline' || p.to === 'degraded' ? 'caution' : 'quiet'),
    (p) => `Agent ${textOf(p, 'name') ?? ''} is ${fromTo(p)}${because(p)}`,
  ),
  'agent.tier_changed': entry(
    'system',
    'ring',
    (p) => (p.to === 'degraded' ? 'caution' : 'quiet'),
    (p) => `The record of agent ${textOf(p, 'name') ?? ''} is now ${fromTo(p)}${because(p)}`,
  ),
  'runtime.state_changed': entry(
    'system',
    'link',
    (p) => (p.to === 'online' ? 'quiet' : 'caution'),
    (p) => `OpenCode is ${textOf(p, 'to') ?? textOf(p, 'state') ?? '?'}${because(p, 'detail')}`,
  ),
  'context.changed': entry('system', 'dash', 'quiet', (p) => {
    const keys = texts(p, 'keys');
    return `Shared context changed${keys.length > 0 ? `: ${some(keys)}` : ''}`;
  }),
  'budget.reserved': entry('system', 'dash', 'quiet', (p) => {
    const tokens = numberOf(p, 'tokens') ?? numberOf(recordOf(p.reserved), 'tokens');
    const cost = numberOf(p, 'costUsd');
    return `Budget reserved${tokens === null ? '' : `: ${tokens.toLocaleString('en-US')} tokens`}${cost === null ? '' : `, ${usd(cost)}`}`;
  }),
  'budget.exhausted': entry(
    'system',
    'warning',
    'caution',
    (p) => `Budget used up${because(p) || because(p, 'sentence') || because(p, 'what')}`,
  ),
};
