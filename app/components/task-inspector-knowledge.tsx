import { Link } from 'react-router';
import type { ContextScope } from '../../server/domain/context.ts';
import { plural } from '../format.ts';
import { Age } from './age.tsx';
import { Panel } from './page.tsx';

/** One context the session's agents see, with its first values. */
export interface Knowledge {
  readonly id: string;
  readonly name: string;
  readonly scope: ContextScope;
  readonly version: number;
  readonly updatedAt: Date;
  readonly total: number;
  readonly leaves: readonly (readonly [string, unknown])[];
}

/** What an agent of this task knows beyond its prompt. */
export function TaskKnowledge({ knowledge, base }: { knowledge: readonly Knowledge[]; base: string }) {
  const values = knowledge.reduce((sum, one) => sum + one.total, 0);
  return (
    <Panel title="Context" aside={plural(values, 'value')}>
      {knowledge.length === 0 && (
        <p className="px-3 py-3 text-ink-2 lg:px-4">Its agent knows nothing beyond the prompt.</p>
      )}
      {knowledge.map((one) => (
        <details key={one.id} className="border-b border-line-1">
          <summary className="min-h-11 px-3 py-2 font-data text-data lg:px-4">
            {one.name === '' ? one.scope : one.name} · {one.scope} · version {one.version} · changed{' '}
            <Age since={one.updatedAt} /> ago
          </summary>
          <dl className="font-data text-micro">
            {one.leaves.map(([path, value]) => (
              <div key={path} className="grid grid-cols-2 gap-x-3 border-t border-line-1 px-3 py-1 lg:px-4">
                <dt className="break-all font-bold">{path}</dt>
                <dd className="line-clamp-3 break-all text-ink-2">
                  {typeof value === 'string' ? value : JSON.stringify(value)}
                </dd>
              </div>
            ))}
          </dl>
          <Link
            to={`/contexts/${one.id}`}
            className="inline-flex min-h-11 items-center px-3 text-data underline lg:px-4"
          >
            {one.total > one.leaves.length ? `All ${one.total} values, history, change` : 'History, change'}
          </Link>
        </details>
      ))}
      {knowledge.length > 0 && (
        <Link to={`${base}/context`} className="inline-flex min-h-11 items-center px-3 text-data underline lg:px-4">
          The whole context of the session
        </Link>
      )}
    </Panel>
  );
}
