import type { RuntimeView } from '../../server/domain/runtime.ts';
import { plural } from '../format.ts';
import { Command } from './command.tsx';
import { Confirm } from './ui/confirm.tsx';

interface RuntimeCommandsProps {
  runtime: RuntimeView;
  /** Why this person may not; null when they may. */
  refusal: string | null;
  /** The same for what touches everybody's work. */
  adminRefusal: string | null;
  error: string | null;
}

/** What a person can do with a runtime, each with its consequence. */
export function RuntimeCommands({ runtime, refusal, adminRefusal, error }: RuntimeCommandsProps) {
  const { open, agents, name, kind } = runtime;
  const finishing = open === 0 ? 'Nothing runs on it now' : `${plural(open, 'attempt')} on it are finished`;
  return (
    <div className="flex flex-col gap-3 p-3 lg:p-4">
      {error !== null && (
        <p role="alert" className="border-l-4 border-broken-rule px-3 py-2 text-broken">
          {error}
        </p>
      )}
      {kind === 'opencode_embedded' && (
        <Confirm
          trigger="Recycle"
          consequence="Ends the process and starts it anew"
          title="Start our own OpenCode anew?"
          confirm="Start it anew"
          fields={{ intent: 'recycle' }}
          refusal={adminRefusal}
          className="w-full"
        >
          What runs between two tools goes on by itself in the new process. An attempt caught in the middle of a tool is
          lost, bundled, and begun anew. The audit log says who did it.
        </Confirm>
      )}
      {kind === 'opencode_external' && (
        <>
          <Command
            intent="check"
            label="Look now"
            consequence="Version, models, files"
            pending="Looking"
            refusal={refusal}
          />
          {runtime.draining ? (
            <Command
              intent="undrain"
              label="End the drain"
              consequence="It gets new attempts again"
              pending="Ending"
              refusal={refusal}
            />
          ) : (
            <Command
              intent="drain"
              label="Drain"
              consequence={`It gets no new attempt. ${finishing}.`}
              pending="Draining"
              refusal={refusal}
            />
          )}
          <Confirm
            trigger="Remove"
            consequence="Forgets its password and token; the server itself is left alone"
            title={`Remove ${name}?`}
            confirm="Remove it"
            fields={{ intent: 'remove' }}
            typed={name}
            refusal={refusal ?? whyNotRemoved(open, agents)}
            className="w-full"
          >
            Its password and its gateway token are forgotten and its name is free. What ran on it stays in its sessions.
            The server itself is left alone.
          </Confirm>
        </>
      )}
    </div>
  );
}

function whyNotRemoved(open: number, agents: number): string | null {
  if (open > 0) return `${plural(open, 'attempt')} on it: drain it and wait.`;
  return agents > 0 ? `${plural(agents, 'agent')} on it: move or remove them first.` : null;
}
