import { data, redirect } from 'react-router';
import { refusal } from '../../../server/domain/actor.ts';
import { httpStatusOf } from '../../../server/domain/errors.ts';
import { presetWords } from '../../agent-form.ts';
import { agentSign, tierSigns } from '../../agent-status.ts';
import { actorOf } from '../../auth.server.ts';
import { AgentCommands } from '../../components/agent-commands.tsx';
import { AgentDecisions } from '../../components/agent-decisions.tsx';
import { SuccessBy } from '../../components/agent-record.tsx';
import { AttemptList } from '../../components/attempt-list.tsx';
import { DayTrend } from '../../components/day-trend.tsx';
import { ExternalFacts } from '../../components/external-facts.tsx';
import { Heartbeat } from '../../components/heartbeat.tsx';
import { LoadGauge } from '../../components/load-gauge.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { ActionLink, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { NextProbe } from '../../components/tier.tsx';
import { servicesContext } from '../../context.ts';
import { asDomainError, guarded } from '../../errors.server.ts';
import { count, dateTime, duration, percent, plural, usd } from '../../format.ts';
import { useRefresh } from '../../hooks/use-refresh.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/agent.ts';

export const meta: Route.MetaFunction = ({ matches, params }) => roomTitle(matches, params.name);

export const loader = guarded(async ({ params, url, context }: Route.LoaderArgs) => {
  const { agents, external } = context.get(servicesContext);
  const actor = actorOf(context);
  const agent = await agents.get(actor, params.name);
  const [record, attempts, decisions, outside] = await Promise.all([
    agents.record(actor, agent.id),
    agents.attempts(actor, agent.id, 20),
    agents.decisions(actor, agent.id, 20),
    external.of(actor, agent.id),
  ]);
  const done = doneWords[url.searchParams.get('done') ?? ''] ?? null;
  return { agent, record, attempts, decisions, outside, done, refusal: refusal(actor, 'agent.manage') };
});

const doneWords: Record<string, string> = {
  registered: 'Registered. It can get work from now on.',
  saved: 'Saved.',
  drain: 'It drains: it finishes what it has and gets nothing new.',
  undrain: 'The drain is over: it gets new tasks again.',
  enable: 'Enabled: it can be chosen again.',
  disable: 'Disabled: it is out of every choice.',
};

export const action = guarded(async ({ request, params, context }: Route.ActionArgs) => {
  const { agents } = context.get(servicesContext);
  const actor = actorOf(context);
  const form = await request.formData();
  const agent = await agents.get(actor, params.name);
  const intent = String(form.get('intent') ?? '');
  if (intent === 'remove' && form.get('confirmation') !== agent.name) {
    return data({ error: `Not taken off: "${agent.name}" was not typed as it stands.` }, { status: 422 });
  }
  try {
    if (intent === 'remove') {
      await agents.remove(actor, agent.id);
      return redirect(`/agents?removed=${encodeURIComponent(agent.name)}`);
    }
    if (intent === 'drain' || intent === 'undrain') await agents.setDraining(actor, agent.id, intent === 'drain');
    else if (intent === 'enable' || intent === 'disable') await agents.setEnabled(actor, agent.id, intent === 'enable');
    else return data({ error: 'There is no such command.' }, { status: 422 });
    return redirect(`/agents/${agent.name}?done=${intent}`);
  } catch (error) {
    const known = asDomainError(error);
    if (known?.code !== 'CONFLICT' && known?.code !== 'INVALID_TRANSITION') throw error;
    return data({ error: known.message }, { status: httpStatusOf(known.code) });
  }
});

export default function AgentPage({ loaderData, actionData }: Route.ComponentProps) {
  useRefresh();
  const { agent, record, attempts, decisions, outside, done, refusal: refused } = loaderData;
  const assumed = agent.performance.total < 5;
  return (
    <>
      <PageHeader
        title={agent.name}
        given
        note={
          <span className="mt-1 flex flex-wrap items-center gap-2">
            <StatusBadge sign={agentSign(agent)} />
            <StatusBadge sign={tierSigns[agent.tier]} />
            <NextProbe agent={agent} />
            <span className="engraved text-data">{agent.type}</span>
          </span>
        }
      >
        {refused === null && <ActionLink to={`/agents/${agent.name}/edit`}>Edit</ActionLink>}
      </PageHeader>
      {done !== null && <Notice>{done}</Notice>}
      <dl className="grid grid-cols-2 [&>*]:border-r [&>*]:border-b [&>*]:border-line-1 border-b border-line-2 sm:grid-cols-3 lg:grid-cols-6">
        <Reading name="Overall">
          {percent(agent.performance.overall)}{' '}
          {assumed && <span className="text-ink-3">assumed until five attempts</span>}
        </Reading>
        <Reading name="Quality">
          {agent.performance.quality === null ? 'no sample' : agent.performance.quality.toFixed(2)}
        </Reading>
        <Reading name="Mean time">{record.meanSeconds === null ? 'no sample' : duration(record.meanSeconds)}</Reading>
        <Reading name="Mean tokens">
          {record.meanTokens === null ? 'no sample' : count(Math.round(record.meanTokens))}
        </Reading>
        <Reading name="Mean cost">{record.total === 0 ? 'no sample' : usd(record.meanCostUsd)}</Reading>
        <Reading name="Heard">
          <Heartbeat at={agent.lastHeartbeatAt} />
        </Reading>
      </dl>
      <div className="grid flex-1 content-start gap-px bg-line-1 lg:grid-cols-[minmax(0,7fr)_minmax(0,5fr)] lg:content-stretch">
        <div className="flex min-w-0 flex-col gap-px bg-line-1">
          <Panel title="Thirty days" aside={plural(record.total, 'attempt')}>
            <DayTrend days={record.days} />
          </Panel>
          <Panel
            title="Recent attempts"
            aside={attempts.length === 20 ? 'the last 20' : plural(attempts.length, 'attempt')}
          >
            <AttemptList attempts={attempts} />
          </Panel>
          <Panel
            title="Why chosen, why not"
            aside={decisions.length === 20 ? 'the last 20' : plural(decisions.length, 'decision')}
          >
            <AgentDecisions agentId={agent.id} decisions={decisions} />
          </Panel>
          <Panel title="System prompt" className="flex-1">
            {agent.systemPrompt === '' ? (
              <p className="px-3 py-4 text-ink-2 lg:px-4">It is told nothing beyond the task.</p>
            ) : (
              <pre className="whitespace-pre-wrap break-words px-3 py-3 lg:px-4">{agent.systemPrompt}</pre>
            )}
          </Panel>
        </div>
        <div className="flex min-w-0 flex-col gap-px bg-line-1">
          <Panel title="Load">
            <div className="px-3 py-3 lg:px-4">
              <LoadGauge load={agent.load} />
            </div>
          </Panel>
          {outside !== null && (
            <Panel title="Runs elsewhere">
              <ExternalFacts name={agent.name} external={outside} refusal={refused} />
            </Panel>
          )}
          <Panel title="Commands">
            <AgentCommands agent={agent} refusal={refused} error={actionData?.error ?? null} />
          </Panel>
          <Panel title="Success by capability">
            <SuccessBy
              caption="Success by capability"
              slices={record.byCapability.map(({ capability, ...slice }) => ({ name: capability, ...slice }))}
              empty="No attempt has used a capability yet."
            />
          </Panel>
          <Panel title="Success by technology">
            <SuccessBy
              caption="Success by technology"
              slices={record.byTechnology.map(({ technology, ...slice }) => ({ name: technology, ...slice }))}
              empty="No task it worked on named a technology."
            />
          </Panel>
          <Panel title="What it is" className="flex-1">
            <dl className="divide-y divide-line-1">
              <Reading name="Primary capabilities">{words(agent.primaryCapabilities, 'none')}</Reading>
              <Reading name="Secondary capabilities">{words(agent.secondaryCapabilities, 'none')}</Reading>
              <Reading name="May do unasked">
                {agent.permissionPreset.replaceAll('_', ' ')}: {presetWords[agent.permissionPreset]}
              </Reading>
              <Reading name="Model">{agent.model ?? "the session's or the configured one"}</Reading>
              <Reading name="Temperature">{agent.temperature}</Reading>
              <Reading name="Prefers technologies">{words(agent.preferredTechnologies, 'none in particular')}</Reading>
              <Reading name="Avoids technologies">{words(agent.avoidedTechnologies, 'none')}</Reading>
              <Reading name="Prefers sessions of">{words(agent.preferredSessionTypes, 'any type')}</Reading>
              <Reading name="Prefers work that is">{agent.preferredComplexity}</Reading>
              <Reading name="Least overall to get work">{percent(agent.minimumQuality)}</Reading>
              <Reading name="Registered">{dateTime(agent.createdAt)}</Reading>
              {agent.degradedAt !== null && (
                <Reading name="Record degraded since">{dateTime(agent.degradedAt)}</Reading>
              )}
              <Reading name="Id">{agent.id}</Reading>
            </dl>
          </Panel>
        </div>
      </div>
    </>
  );
}

function words(values: readonly string[], none: string): string {
  return values.length === 0 ? none : values.map((value) => value.replaceAll('_', ' ')).join(', ');
}
