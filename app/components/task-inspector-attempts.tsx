import type { ReactNode } from 'react';
import { totalTokens } from '../../server/domain/metrics.ts';
import { count, dateTime, duration, usd } from '../format.ts';
import { type AttemptDetail, proofOf, type TaskDecision } from '../live-attempt.ts';
import { attemptSigns } from '../status.ts';
import { Age } from './age.tsx';
import { Evidence } from './evidence.tsx';
import { Panel } from './page.tsx';
import { RoutingDecision } from './routing-decision.tsx';
import { StatusBadge } from './status-badge.tsx';
import { roleWords, verdictText } from './task-words.ts';

interface TaskAttemptsProps {
  attempts: readonly AttemptDetail[];
  decisions: readonly TaskDecision[];
  /** An agent's name by its id. */
  nameOf: (agentId: string) => string;
  taskKey: string;
}

/** Each try: who, why that one, what was sent, what came of it, and what its failure led to. The newest stands open. */
export function TaskAttempts({ attempts, decisions, nameOf, taskKey }: TaskAttemptsProps) {
  const newest = attempts.toSorted((a, b) => b.number - a.number);
  const unassigned = decisions.filter((decision) => decision.attemptId === null).at(-1);
  return (
    <Panel title="Attempts" aside={String(attempts.length)}>
      {unassigned !== undefined && newest.every((attempt) => attempt.startedAt < unassigned.createdAt) && (
        <div className="border-b-2 border-line-2">
          <p className="px-3 pt-2 text-data text-ink-2 lg:px-4">
            Nobody could take it <Age since={unassigned.createdAt} /> ago:
          </p>
          <Routed decision={unassigned} />
        </div>
      )}
      {newest.length === 0 && <p className="px-3 py-3 text-ink-2 lg:px-4">Nobody has tried it yet.</p>}
      {newest.map((attempt, index) => (
        <details key={attempt.id} open={index === 0} className="border-b-2 border-line-2">
          <summary className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 bg-surface-1 px-3 py-2 font-data text-data lg:px-4">
            <b>
              {attempt.number}. {roleWords[attempt.role].word}
            </b>
            <StatusBadge sign={attemptSigns[attempt.status]} />
            <span>{byPerson(attempt, decisions) ? 'no agent' : nameOf(attempt.agentId)}</span>
            {attempt.probe && <span className="text-caution">probe</span>}
          </summary>
          <One
            attempt={attempt}
            decision={decisions.find((decision) => decision.attemptId === attempt.id)}
            prompted={!byPerson(attempt, decisions)}
            taskKey={taskKey}
          />
        </details>
      ))}
    </Panel>
  );
}

interface OneProps {
  attempt: AttemptDetail;
  decision: TaskDecision | undefined;
  /** Whether an agent was sent anything. */
  prompted: boolean;
  taskKey: string;
}

/** A person's decision is carried out by nobody: nobody was compared, and no agent runs. */
function byPerson(attempt: AttemptDetail, decisions: readonly TaskDecision[]): boolean {
  if (attempt.role !== 'conflict') return attempt.role === 'waiver';
  return decisions.some((decision) => decision.attemptId === attempt.id && decision.candidates.length === 0);
}

function One({ attempt, decision, prompted, taskKey }: OneProps) {
  const { verdict, error, cutOff, usage } = attempt;
  return (
    <div className="flex min-w-0 flex-col">
      <div className="flex flex-col gap-1 px-3 py-2 lg:px-4">
        {error !== null && <p className="break-words text-broken">{error.message}</p>}
        {verdict !== null && (
          <p>
            → <b>{verdictText(verdict)}</b>
            {verdict.reason === '' ? '' : `: ${verdict.reason}`}
            {verdict.delaySeconds > 0 && `, after ${duration(verdict.delaySeconds)}`}
          </p>
        )}
        {cutOff !== null && <p className="text-caution">{cutOff}</p>}
        {attempt.summary !== null && <p className="whitespace-pre-wrap break-words text-ink-2">{attempt.summary}</p>}
        <p className="font-data text-micro text-ink-3">
          {roleWords[attempt.role].meaning} {dateTime(attempt.startedAt)},{' '}
          {attempt.endedAt === null ? (
            <Age since={attempt.startedAt} label="for" />
          ) : (
            duration((attempt.endedAt.getTime() - attempt.startedAt.getTime()) / 1000)
          )}
          ; {count(totalTokens(usage))} tokens, {usd(usage.costUsd)}
          {attempt.model === null ? '' : `; ${attempt.model}`}
        </p>
        {attempt.bundle !== null && (
          <p className="text-data text-ink-2">Unfinished work is kept as {attempt.bundle}.</p>
        )}
      </div>
      {attempt.evidence !== null && <Evidence proof={proofOf(attempt)} taskKey={taskKey} />}
      {decision !== undefined && (
        <Fold words={prompted ? 'Why this agent' : 'Why no agent'}>
          <Routed decision={decision} />
        </Fold>
      )}
      {attempt.prompt !== '' && prompted && (
        <Fold words="The prompt as it was sent">
          <Sent text={attempt.prompt} />
        </Fold>
      )}
      {attempt.system !== '' && prompted && (
        <Fold words="The instruction of the agent">
          <Sent text={attempt.system} />
        </Fold>
      )}
    </div>
  );
}

function Routed({ decision }: { decision: TaskDecision }) {
  return (
    <RoutingDecision
      sentence={decision.sentence}
      selected={decision.selectedAgentId}
      candidates={decision.candidates}
    />
  );
}

function Fold({ words, children }: { words: string; children: ReactNode }) {
  return (
    <details className="border-t border-line-1">
      <summary className="flex min-h-11 items-center px-3 text-data underline lg:px-4">{words}</summary>
      {children}
    </details>
  );
}

function Sent({ text }: { text: string }) {
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="max-h-96 overflow-auto whitespace-pre-wrap break-words border-t border-line-1 bg-surface-1 p-3 text-micro"
    >
      {text}
    </pre>
  );
}
