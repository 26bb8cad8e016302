import { dateTime, milliseconds, plural } from '../format.ts';
import type { AttemptProof } from '../live-attempt.ts';
import { attemptSigns, proofSigns } from '../status.ts';
import { ProofGround, Writes } from './evidence-details.tsx';
import { Glyph } from './glyph.tsx';
import { StatusBadge } from './status-badge.tsx';

interface EvidenceProps {
  proof: AttemptProof;
  taskKey: string;
}

/** What shows that the work is done: each command with its end and its log; a claim is called a claim. */
export function Evidence({ proof, taskKey }: EvidenceProps) {
  const { evidence } = proof;
  return (
    <article className="border-b border-line-1 px-3 py-3 lg:px-4">
      <header className="flex flex-wrap items-center gap-2">
        <h3 className="font-data text-data font-bold">
          {taskKey} · attempt {proof.number}
        </h3>
        <StatusBadge sign={evidence === null ? attemptSigns[proof.status] : signOf(evidence)} />
      </header>
      {evidence === null ? (
        <p className="text-data text-ink-2">{proof.error?.message ?? 'Nothing was verified.'}</p>
      ) : (
        <>
          <p className="text-data text-ink-2">
            {groundOf(evidence)} Git saw {plural(evidence.filesTotal, 'file')} change.
          </p>
          <ul className="mt-2 flex flex-col gap-1">
            {evidence.commands.map((command) => (
              <li key={command.command}>
                <details open={command.exitCode !== 0}>
                  <summary className="flex min-h-11 flex-wrap items-center gap-x-3 font-data text-data">
                    <span className={command.exitCode === 0 ? 'text-ink-1' : 'text-broken'}>
                      <Glyph name={command.exitCode === 0 ? 'check' : 'cross'} />
                    </span>
                    <b className="min-w-0 flex-1 break-all">{command.command}</b>
                    <span className={command.exitCode === 0 ? 'text-ink-2' : 'font-bold text-broken'}>
                      {command.timedOut ? 'ended by the time limit' : `exit ${command.exitCode ?? 'by a signal'}`}
                    </span>
                    <span className="text-ink-3">{milliseconds(command.durationMs)}</span>
                  </summary>
                  <pre
                    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
                    tabIndex={0}
                    className="max-h-80 overflow-auto whitespace-pre-wrap break-words border border-line-1 bg-surface-1 p-2 text-micro"
                  >
                    {command.output === '' ? 'No output.' : command.output}
                  </pre>
                </details>
              </li>
            ))}
          </ul>
          <ProofGround evidence={evidence} />
          {evidence.writes !== undefined && (
            <Writes writes={evidence.writes} files={evidence.files} total={evidence.filesTotal} />
          )}
        </>
      )}
    </article>
  );
}

function groundOf(evidence: NonNullable<AttemptProof['evidence']>): string {
  const { waived } = evidence;
  if (waived !== undefined) {
    return `${waived.byName} accepted it without proof, ${dateTime(new Date(waived.at))}: “${waived.reason}”.`;
  }
  if (evidence.claimed) return 'No command could prove it; only the agent says it is done.';
  return `Verified ${dateTime(new Date(evidence.verifiedAt))}.`;
}

function signOf(evidence: NonNullable<AttemptProof['evidence']>) {
  if (evidence.waived !== undefined) return proofSigns.waived;
  if (evidence.claimed) return proofSigns.claimed;
  return evidence.commands.every((command) => command.exitCode === 0) ? proofSigns.proven : proofSigns.failed;
}
