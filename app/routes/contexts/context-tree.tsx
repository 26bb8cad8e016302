import { Link } from 'react-router';
import { Age, Countdown } from '../../components/age.tsx';
import { Panel } from '../../components/page.tsx';
import { plural } from '../../format.ts';
import { type ContextLine, nameOf, scopeOrder, scopeWords } from './context-words.ts';

/** Scopes as a tree: what everybody sees first; under it each session's and each agent's own. */
export function ContextTree({ lines, mergeForm }: { lines: readonly ContextLine[]; mergeForm: string }) {
  return scopeOrder.map((scope) => {
    const own = lines.filter((line) => line.scope === scope);
    const owners = [...Map.groupBy(own, (line) => line.owner)];
    return (
      <Panel key={scope} title={scopeWords[scope].title} aside={plural(own.length, 'context')}>
        <p className="px-3 pt-2 text-data text-ink-2 lg:px-4">{scopeWords[scope].meaning}</p>
        {own.length === 0 && <p className="px-3 pb-3 text-data text-ink-3 lg:px-4">None.</p>}
        <ul>
          {owners.map(([owner, held]) => (
            <li key={owner ?? scope}>
              {owner !== null && (
                <p className="border-t border-line-1 px-3 pt-2 font-data text-data font-bold lg:px-4">{owner}</p>
              )}
              <ul className={owner === null ? '' : 'ml-3 border-l-2 border-line-2 lg:ml-4'}>
                {held.map((line) => (
                  <Line key={line.id} line={line} mergeForm={mergeForm} />
                ))}
              </ul>
            </li>
          ))}
        </ul>
      </Panel>
    );
  });
}

function Line({ line, mergeForm }: { line: ContextLine; mergeForm: string }) {
  return (
    <li className="flex items-stretch border-b border-line-1">
      <label className="flex min-w-11 cursor-pointer items-center justify-center border-r border-line-1">
        <input type="checkbox" name="id" value={line.id} form={mergeForm} className="size-5" />
        <span className="sr-only">Choose {nameOf(line)} for a merge</span>
      </label>
      <Link
        to={`/contexts/${line.id}`}
        className="flex min-h-14 min-w-0 flex-1 flex-col gap-1 px-3 py-2 hover:bg-surface-2"
      >
        <span className="break-words font-semibold">{nameOf(line)}</span>
        <span className="flex flex-wrap gap-x-4 font-data text-data text-ink-2">
          <span>{plural(line.leaves, 'value')}</span>
          <span>version {line.version}</span>
          <span>
            changed <Age since={line.updatedAt} /> ago
          </span>
          {line.expiresAt !== null && (
            <span>
              expires in <Countdown to={line.expiresAt} past="a moment" />
            </span>
          )}
        </span>
      </Link>
    </li>
  );
}
