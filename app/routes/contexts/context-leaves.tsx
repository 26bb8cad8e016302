import { Form, Link } from 'react-router';
import type { ContextChange } from '../../../server/domain/context.ts';
import { Age } from '../../components/age.tsx';
import { Panel } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { Button } from '../../components/ui/button.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { plural } from '../../format.ts';
import { kindWord, valueText } from './context-words.ts';

export interface Leaf {
  readonly path: string;
  readonly value: unknown;
  /** What last wrote it, when that is among the newest changes. */
  readonly change: ContextChange | null;
}

interface ContextLeavesProps {
  leaves: readonly Leaf[];
  find: string;
  /** The path that is being changed. */
  open: string | null;
}

/** More rows than this are found by their words instead. */
const most = 300;

const columns = [
  { words: 'Path' },
  { words: 'Value', wide: true },
  { words: 'Written', wide: true },
  { words: 'Change', end: true },
];

/** Every value with its path, who wrote it and when. */
export function ContextLeaves({ leaves, find, open }: ContextLeavesProps) {
  const words = find.toLowerCase();
  const found = leaves.filter((leaf) => `${leaf.path} ${valueText(leaf.value)}`.toLowerCase().includes(words));
  return (
    <Panel title="Values" aside={plural(leaves.length, 'value')}>
      {(leaves.length > 20 || find !== '') && (
        <Form method="get" role="search" className="flex items-end gap-2 border-b border-line-1 px-3 py-3 lg:px-4">
          <label className="min-w-0 flex-1">
            <span className="engraved text-micro text-ink-3">Find in paths and values</span>
            <input type="search" name="find" key={find} defaultValue={find} maxLength={200} className="control" />
          </label>
          <Button type="submit">Find</Button>
        </Form>
      )}
      {found.length > most && (
        <p className="px-3 py-2 text-data text-caution lg:px-4">
          The first {most} of {plural(found.length, 'value')}; find the others by their words.
        </p>
      )}
      {found.length === 0 ? (
        <Empty title={leaves.length === 0 ? 'It is empty.' : 'No value holds these words.'}>
          {leaves.length === 0
            ? 'Write the first value with the form on this page, or let an agent do it.'
            : 'Search for fewer words.'}
        </Empty>
      ) : (
        <Table caption="Values" columns={columns}>
          {found.slice(0, most).map((leaf) => (
            <tr
              key={leaf.path}
              className="border-b border-line-1 aria-current:bg-surface-2"
              aria-current={leaf.path === open ? 'true' : undefined}
            >
              <th scope="row" className="px-3 py-2 text-left align-top font-data text-data font-bold lg:px-4">
                <span className="break-all">{leaf.path}</span>
                <span className="line-clamp-6 whitespace-pre-wrap break-all font-normal text-ink-2 md:hidden">
                  {valueText(leaf.value)}
                </span>
              </th>
              <Cell wide>
                <span className="line-clamp-6 whitespace-pre-wrap break-all font-data text-data">
                  {valueText(leaf.value)}
                </span>
                <span className="font-data text-micro text-ink-3">{kindWord(leaf.value)}</span>
              </Cell>
              <Cell wide className="text-data">
                {leaf.change === null ? (
                  <span className="text-ink-3">before the newest changes</span>
                ) : (
                  <>
                    {leaf.change.actor.name}
                    <span className="block font-data text-micro text-ink-3">
                      version {leaf.change.version}, <Age since={leaf.change.at} /> ago
                    </span>
                  </>
                )}
              </Cell>
              <Cell end>
                <Link
                  to={`?${new URLSearchParams({ key: leaf.path })}#write`}
                  className="inline-flex min-h-11 items-center underline"
                >
                  Change<span className="sr-only"> {leaf.path}</span>
                </Link>
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </Panel>
  );
}
