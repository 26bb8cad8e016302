import { rehearsalSample } from '../rehearsal-sample.ts';
import { RehearsalMark } from './rehearsal-mark.tsx';
import { Button } from './ui/button.tsx';

/** What the scripted model is, and a script to start with: put in by a press, or copied where scripts do not run. */
export function RehearsalGuide({ onInsert }: { onInsert: (sample: string) => void }) {
  return (
    <details className="border-2 border-caution">
      <summary className="flex min-h-11 flex-wrap items-center gap-3 px-3 py-2">
        <RehearsalMark words="Rehearsal model" />
        <span>No provider is configured: a script in the prompt says what the model does.</span>
      </summary>
      <div className="flex flex-col gap-3 border-t border-line-1 p-3">
        <p className="max-w-prose text-ink-2">
          Everything else is real: OpenCode, git, the commands, the permissions. Put steps into a block fenced as{' '}
          <code>rehearsal</code>; without one it reads the repository and writes an answer into <code>WORKLOG.md</code>.
          Steps: <code>write edit bash ask question say todo usage wait context fail</code>.{' '}
          <code>rehearsal task=fix</code> gives a block to one task, <code>rehearsal plan</code> to the planner,{' '}
          <code>rehearsal conflict</code> to whoever resolves a conflict. The sample is for the sample repository.
        </p>
        <pre className="whitespace-pre-wrap break-words border border-line-1 bg-surface-1 p-3">{rehearsalSample}</pre>
        <Button className="js-only self-start" onClick={() => onInsert(rehearsalSample)}>
          Put this sample into the prompt
        </Button>
      </div>
    </details>
  );
}
