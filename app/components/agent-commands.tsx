import type { Agent } from '../../server/domain/agent.ts';
import { plural } from '../format.ts';
import { Command } from './command.tsx';
import { Confirm } from './ui/confirm.tsx';

/** What a lead may do with an agent: each as a bar with its consequence, or the reason why not. */
export function AgentCommands({
  agent,
  refusal,
  error,
}: {
  agent: Agent;
  refusal: string | null;
  error: string | null;
}) {
  const running = agent.load.current;
  const finishing = running === 0 ? 'It has none now' : `It finishes the ${plural(running, 'task')} it has`;
  return (
    <div className="flex flex-col gap-3 p-3 lg:p-4">
      {error !== null && (
        <p role="alert" className="border-l-4 border-broken-rule px-3 py-2 text-broken">
          {error}
        </p>
      )}
      {agent.draining ? (
        <Command
          intent="undrain"
          label="End the drain"
          consequence="It gets new tasks again"
          pending="Ending"
          refusal={refusal}
        />
      ) : (
        <Command
          intent="drain"
          label="Drain"
          consequence={`It gets no new task. ${finishing}.`}
          pending="Draining"
          refusal={refusal ?? (agent.enabled ? null : 'It is disabled and gets no task anyway.')}
        />
      )}
      {agent.enabled ? (
        <Command
          intent="disable"
          label="Disable"
          consequence={`Out of every choice until it is enabled. ${finishing}.`}
          pending="Disabling"
          refusal={refusal}
        />
      ) : (
        <Command
          intent="enable"
          label="Enable"
          consequence="It can be chosen again, at once"
          pending="Enabling"
          refusal={refusal}
        />
      )}
      <Confirm
        trigger="Take off the fleet"
        consequence="It gets no task again; what it did stays in its sessions"
        title={`Take ${agent.name} off the fleet?`}
        confirm="Take it off"
        fields={{ intent: 'remove' }}
        typed={agent.name}
        refusal={refusal ?? (running > 0 ? `It is at ${plural(running, 'task')}: drain it first.` : null)}
        className="w-full"
      >
        It gets no task again and its name is free. Its attempts, decisions and their evidence stay in their sessions.
        The audit log says who took it off.
      </Confirm>
    </div>
  );
}
