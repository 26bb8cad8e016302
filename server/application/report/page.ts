import type { Attempt } from '../../domain/attempt.ts';
import { placeWords, type Thread } from '../../domain/review.ts';
import type { Task } from '../../domain/task.ts';
import type { ReportFacts } from './collect.ts';
import { diffPart } from './diff-part.ts';
import { type Html, html } from './html.ts';
import { reportStyle } from './style.ts';
import { dollars, length, moment, number, sentenceOf } from './words.ts';

/** A session as one page that needs nothing else: no script, no request, good on paper. */
export function reportPage(facts: ReportFacts): string {
  const { session } = facts;
  const parts = [
    ['goal', 'Goal', goal(facts)],
    ['figures', 'Figures and cost', figures(facts)],
    ['tasks', 'Tasks and evidence', tasksPart(facts)],
    ['people', 'People and decisions', decisions(facts)],
    ['threads', 'What was said about the change', threadsPart(facts.threads)],
    ['timeline', 'Timeline', timeline(facts)],
    ['diff', 'Changes', diffPart(facts.diff)],
    ...(facts.audit === null ? [] : [['audit', 'From the audit', auditPart(facts)] as const]),
  ] as const;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${session.slug} ${session.title}</title>
<style>${{ markup: reportStyle }}</style>
</head>
<body>
<header>
<p class="muted">${facts.team} · ${session.slug} · report of ${moment(facts.at)}, taken by ${facts.by}</p>
<h1>${session.title}</h1>
<p class="state">${session.status.replaceAll('_', ' ').toUpperCase()}${session.proof === null ? '' : `, ${session.proof.toUpperCase()}`}${session.forced ? ', FORCED' : ''}</p>
${facts.rehearsal ? html`<p class="mark">REHEARSAL: a model without intelligence played the agent’s part from a script.</p>` : null}
${session.error === null ? null : html`<p class="mark">${session.error.code}: ${session.error.message}</p>`}
</header>
<nav aria-label="Parts of the report"><ul>${parts.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main>
${parts.map(([id, title, body]) => html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>\n`)}
</main>
<footer><p class="muted">OpenCode Industrial Orchestrator ${facts.version}. All times are UTC; an unknown price is said so and never counted as nothing.</p></footer>
</body>
</html>
`;
  return page.markup;
}

const fact = (name: string, value: string | number | Html) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function goal({ session, repository, creator }: ReportFacts): Html {
  return html`${session.description === '' ? null : html`<p>${session.description}</p>`}<pre>${session.prompt}</pre>
<dl>${[
    fact('Repository', repository),
    fact('Branch', session.branch ?? '–'),
    fact('From commit', session.baseCommit ?? '–'),
    fact('To commit', session.headCommit ?? '–'),
    fact('Plan', session.planSource?.sentence ?? session.blueprint ?? '–'),
    fact('Model', session.model ?? 'the default'),
    fact('Created', `${moment(session.createdAt)}${creator === null ? '' : ` by ${creator}`}`),
    fact('Started', moment(session.startedAt)),
    fact('Ended', moment(session.endedAt)),
  ]}</dl>`;
}

function figures({ metrics }: ReportFacts): Html {
  const { usage } = metrics;
  return html`<dl>${[
    fact('Cost', dollars(usage.costUsd)),
    fact('Tokens in / out', `${number(usage.inputTokens)} / ${number(usage.outputTokens)}`),
    fact(
      'Reasoning / cache read / write',
      `${number(usage.reasoningTokens)} / ${number(usage.cacheReadTokens)} / ${number(usage.cacheWriteTokens)}`,
    ),
    fact(
      'Waited, ran',
      `${metrics.queueSeconds === null ? '–' : length(metrics.queueSeconds)}, ${metrics.executionSeconds === null ? '–' : length(metrics.executionSeconds)}`,
    ),
    fact('In all', length(metrics.totalSeconds)),
    fact('Model calls, of them failed', `${number(metrics.apiCalls)}, ${number(metrics.apiErrors)}`),
    fact('Attempts, retries', `${metrics.attempts}, ${metrics.retries}`),
    fact('Checkpoints', metrics.checkpoints),
    fact(
      'Files, lines',
      `${number(metrics.filesChanged)}, +${number(metrics.linesAdded)} −${number(metrics.linesRemoved)}`,
    ),
  ]}</dl>`;
}

function tasksPart(facts: ReportFacts): Html {
  const { tasks, attempts, agents } = facts;
  if (tasks.length === 0) return html`<p>No plan was made.</p>`;
  return html`<table><caption>${tasks.length === 1 ? '1 task' : `${tasks.length} tasks in the order of the plan`}</caption>
<thead><tr><th>Task</th><th>State</th><th>Proof</th><th>Agent</th><th>Attempts</th></tr></thead>
<tbody>${tasks.map(
    (task) =>
      html`<tr><td><b>${task.key}</b> ${task.title}${task.reason === null ? null : html`<br><span class="muted">${task.reason}</span>`}</td><td>${task.status.replaceAll('_', ' ')}</td><td>${task.proof}</td><td>${agentOf(task, agents)}</td><td class="data">${task.attemptCount}</td></tr>`,
  )}</tbody></table>
${attempts.filter(({ evidence, error }) => evidence !== null || error !== null).map((attempt) => evidencePart(attempt, tasks, agents))}`;
}

const agentOf = ({ agentId }: Pick<Task, 'agentId'>, agents: ReportFacts['agents']) =>
  agentId === null ? '–' : (agents.get(agentId) ?? 'an agent that is gone');

/** So much of a command's log is told: its end says how it went. */
const logLines = 40;

function evidencePart(
  { taskId, number: which, status, evidence, error, agentId, usage }: Attempt,
  tasks: readonly Task[],
  agents: ReportFacts['agents'],
): Html {
  const key = tasks.find(({ id }) => id === taskId)?.key ?? 'planner';
  return html`<article><h3>${key}, attempt ${which}: ${status}</h3>
<p class="muted">${agentOf({ agentId }, agents)}, ${dollars(usage.costUsd)}, ${number(usage.inputTokens + usage.outputTokens)} tokens in and out.</p>
${error === null ? null : html`<p class="mark">${error.message}</p>`}
${evidence === null ? null : groundOf(evidence)}
${(evidence?.commands ?? []).map(
  (command) =>
    html`<p><code>${command.command}</code> ${command.timedOut ? 'was ended by the time limit' : `ended with ${command.exitCode ?? 'a signal'}`} after ${length(command.durationMs / 1000)}.</p>${command.output === '' ? null : html`<pre>${endOf(command.output)}</pre>`}`,
)}</article>`;
}

function groundOf(evidence: NonNullable<Attempt['evidence']>): Html {
  const { waived, claimed, filesTotal, verifiedAt } = evidence;
  const seen = `Git saw ${number(filesTotal)} changed ${filesTotal === 1 ? 'file' : 'files'}.`;
  if (waived !== undefined)
    return html`<p class="mark">${waived.byName} accepted it without proof: “${waived.reason}”. ${seen}</p>`;
  if (claimed) return html`<p class="mark">Claimed, not proven: no command could show it. ${seen}</p>`;
  return html`<p>Verified ${moment(new Date(verifiedAt))}. ${seen}</p>`;
}

function endOf(output: string): string {
  const lines = output.split('\n');
  return lines.length <= logLines
    ? output
    : `… ${lines.length - logLines} lines before\n${lines.slice(-logLines).join('\n')}`;
}

function decisions({ asks, asksInAll, reviews, merges, conflicts, events, people, tasks }: ReportFacts): Html {
  const keyOf = (id: string) => tasks.find((task) => task.id === id)?.key ?? null;
  const approvals = events.filter(
    ({ type }) => type.startsWith('approval.') || type === 'session.force_completed' || type.startsWith('plan.'),
  );
  const took = new Map<string, number>();
  for (const { actor } of events)
    if (actor.kind === 'user' || actor.kind === 'token') took.set(actor.name, (took.get(actor.name) ?? 0) + 1);
  const row = (at: Date, who: string, what: string) =>
    html`<tr><td class="when">${moment(at)}</td><td>${who}</td><td>${what}</td></tr>`;
  const rows = [
    ...asks.map((ask) => ({
      at: ask.openedAt,
      row: row(
        ask.openedAt,
        ask.answeredBy === null ? 'nobody' : (people.get(ask.answeredBy) ?? 'somebody'),
        `Asked for ${ask.kind}: ${ask.command ?? ask.question ?? ask.title} (${ask.status}${ask.answer === null ? '' : `, ${JSON.stringify(ask.answer)}`})`,
      ),
    })),
    ...approvals.map((event) => ({
      at: event.at,
      row: row(event.at, event.actor.name, sentenceOf(event.type, event.payload, keyOf)),
    })),
    ...conflicts.map((one) => ({
      at: one.createdAt,
      row: row(
        one.createdAt,
        one.resolvedBy?.name ?? 'nobody',
        `Conflict in ${one.files.join(', ')}: ${one.status.replaceAll('_', ' ')}`,
      ),
    })),
    ...reviews.map((review) => ({
      at: review.createdAt,
      row: row(
        review.createdAt,
        review.author.name,
        `${review.decision === 'accepted' ? 'Accepted' : 'Asked for changes of'} ${review.head.slice(0, 10)}${review.note === '' ? '' : `: “${review.note}”`}${review.followUpSlug === null ? '' : `, in ${review.followUpSlug}`}`,
      ),
    })),
    ...merges.map((merge) => ({
      at: merge.createdAt,
      row: row(
        merge.createdAt,
        merge.author.name,
        `Merged into ${merge.target} (${merge.way.replaceAll('_', ' ')}): ${merge.before.slice(0, 10)} → ${merge.after.slice(0, 10)}`,
      ),
    })),
  ].toSorted((a, b) => a.at.getTime() - b.at.getTime());
  return html`<p>${took.size === 0 ? 'No person took part after it was made.' : `Took part: ${[...took].map(([name, times]) => `${name} (${times})`).join(', ')}.`}</p>
${rows.length === 0 ? html`<p>Nothing was asked, decided or merged.</p>` : html`<table><caption>Asks, approvals, conflicts, decisions and merges, oldest first${asksInAll > asks.length ? `; ${asks.length} of ${asksInAll} asks` : ''}</caption><thead><tr><th>When</th><th>Who</th><th>What</th></tr></thead><tbody>${rows.map((one) => one.row)}</tbody></table>`}`;
}

function threadsPart(threads: readonly Thread[]): Html {
  if (threads.length === 0) return html`<p>Nobody said anything.</p>`;
  return html`${threads.map(
    (thread) =>
      html`<article><h3>${placeWords(thread.path, thread.range)}</h3><p class="muted">${thread.place.state}${thread.resolvedAt === null ? '' : `, resolved by ${thread.resolvedBy?.name ?? 'somebody'}`}</p>${thread.excerpt.length === 0 ? null : html`<pre>${thread.excerpt.join('\n')}</pre>`}${[thread, ...thread.replies].map((said) => html`<p><b>${said.author.name}</b>, ${moment(said.createdAt)}: ${said.body}</p>`)}</article>`,
  )}`;
}

function timeline({ events, eventsInAll, tasks }: ReportFacts): Html {
  const keyOf = (id: string) => tasks.find((task) => task.id === id)?.key ?? null;
  return html`<table><caption>${events.length < eventsInAll ? `The last ${number(events.length)} of ${number(eventsInAll)} events` : `${number(events.length)} events`}; streamed text, tool calls and single calls of the model are left out</caption>
<thead><tr><th>When</th><th>Who</th><th>What</th></tr></thead><tbody>${events.map(
    ({ at, actor, type, payload }) =>
      html`<tr><td class="when">${moment(at)}</td><td>${actor.name}</td><td>${sentenceOf(type, payload, keyOf)}</td></tr>`,
  )}</tbody></table>`;
}

function auditPart({ audit, people }: ReportFacts): Html {
  if (audit === null) return html``;
  const said = (value: unknown) => (value === null || value === undefined ? '' : JSON.stringify(value));
  return html`<table><caption>${audit.entries.length < audit.total ? `The newest ${audit.entries.length} of ${audit.total} entries` : audit.total === 1 ? 'The only entry' : `All ${audit.total} entries`} about this session, newest first, each with its hash in the chain</caption>
<thead><tr><th>No.</th><th>When</th><th>Who</th><th>What</th><th>Before → after</th></tr></thead><tbody>${audit.entries.map(
    (entry) =>
      html`<tr><td class="data">${entry.number}</td><td class="when">${moment(entry.at)}</td><td>${(entry.actor.id !== null && people.get(entry.actor.id)) || entry.actor.kind}</td><td>${entry.action}${entry.reason === null ? null : html`<br><span class="muted">${entry.reason}</span>`}<br><code>${entry.hash.slice(0, 16)}</code></td><td class="data">${said(entry.before)} → ${said(entry.after)}</td></tr>`,
  )}</tbody></table>`;
}
