import { dateTime } from '../format.ts';

export interface MadeCode {
  readonly code: string;
  readonly expiresAt: Date;
  /** Where this server answers. */
  readonly server: string;
  /** Of the agent that is enrolled anew; empty for a new one. */
  readonly name: string;
}

/** The one-time code with the command that uses it, shown here once and never again. */
export function EnrolmentCode({ made }: { made: MadeCode }) {
  const command = [
    `ORCHESTRATOR_URL=${made.server}`,
    `ENROLMENT_CODE=${made.code}`,
    `AGENT_NAME=${made.name === '' ? 'AGENT-EXTERNAL-01' : made.name}`,
    'node examples/external-agent/agent.mjs',
  ].join(' \\\n  ');
  return (
    <div role="status" className="border-b-4 border-live p-3 lg:p-4">
      <p className="engraved text-data">Copy it now, it is not shown again</p>
      <output className="mt-2 block select-all break-all bg-inverse p-2 font-data text-on-inverse">{made.code}</output>
      <p className="mt-3 text-data text-ink-2">
        It works once, until {dateTime(made.expiresAt)}. With the agent that comes with this program, for example:
      </p>
      <pre className="mt-2 select-all whitespace-pre-wrap break-all bg-surface-1 p-2 font-data text-data">
        {command}
      </pre>
    </div>
  );
}
