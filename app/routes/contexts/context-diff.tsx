import type { ReactNode } from 'react';
import { Form } from 'react-router';
import type { ContextDiff } from '../../../server/application/contexts.ts';
import { Panel } from '../../components/page.tsx';
import { Button } from '../../components/ui/button.tsx';
import { valueText } from './context-words.ts';

/** What differs between two versions, leaf by leaf: by sign, not by colour alone. */
export function ContextDiffView({ diff, version }: { diff: ContextDiff | null; version: number }) {
  const quiet =
    diff !== null && [diff.added, diff.removed, diff.changed].every((part) => Object.keys(part).length === 0);
  return (
    <Panel title="Difference" id="diff" aside={diff === null ? undefined : `version ${diff.from} → ${diff.to}`}>
      <Form method="get" action="#diff" className="flex flex-wrap items-end gap-2 px-3 py-3 lg:px-4">
        <VersionField name="from" words="From version" value={diff?.from ?? Math.max(1, version - 1)} most={version} />
        <VersionField name="to" words="To version" value={diff?.to ?? version} most={version} />
        <Button type="submit">Show</Button>
      </Form>
      {quiet && <p className="px-3 pb-3 text-ink-2 lg:px-4">No value differs between these versions.</p>}
      {diff !== null && !quiet && (
        <ul className="border-t border-line-1 font-data text-data">
          {Object.entries(diff.added).map(([path, value]) => (
            <Row key={path} sign="+" path={path} className="bg-added">
              {valueText(value)}
            </Row>
          ))}
          {Object.entries(diff.removed).map(([path, value]) => (
            <Row key={path} sign="−" path={path} className="bg-removed">
              {valueText(value)}
            </Row>
          ))}
          {Object.entries(diff.changed).map(([path, { before, after }]) => (
            <Row key={path} sign="~" path={path} className="">
              <span className="block bg-removed">− {valueText(before)}</span>
              <span className="block bg-added">+ {valueText(after)}</span>
            </Row>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const meanings: Record<string, string> = { '+': 'added', '−': 'removed', '~': 'changed' };

function Row({
  sign,
  path,
  className,
  children,
}: {
  sign: string;
  path: string;
  className: string;
  children: ReactNode;
}) {
  return (
    <li className={`grid grid-cols-[1.5rem_minmax(0,1fr)] border-b border-line-1 px-3 py-1 lg:px-4 ${className}`}>
      <span aria-hidden="true" className="font-bold">
        {sign}
      </span>
      <span>
        <span className="sr-only">{meanings[sign]} </span>
        <b className="break-all">{path}</b>
        <span className="block whitespace-pre-wrap break-all">{children}</span>
      </span>
    </li>
  );
}

function VersionField({ name, words, value, most }: { name: string; words: string; value: number; most: number }) {
  return (
    <label className="w-32">
      <span className="engraved text-micro text-ink-3">{words}</span>
      <input type="number" name={name} key={value} defaultValue={value} min={1} max={most} className="control" />
    </label>
  );
}
