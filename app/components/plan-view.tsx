import type { PlanCollision, PlanPreview } from '../../server/domain/plan-preview.ts';
import type { Spread } from '../../server/domain/task-graph/envelope.ts';
import { count, plural, usd } from '../format.ts';
import { criticalWords } from '../plan-picture.ts';
import { Reading } from './page.tsx';
import { PlanPicture } from './plan-picture.tsx';
import { Scroller } from './scroller.tsx';
import { dependencyWords } from './task-graph-model.ts';
import { Cell, Table } from './ui/table.tsx';

type Shown = Pick<PlanPreview, 'tasks' | 'edges' | 'waves' | 'criticalPath' | 'envelope' | 'basis' | 'collisions'>;

/** A plan before it runs: what it is likely to take, its graph, its tasks as a table, and who will wait for whom. */
export function PlanView({ preview }: { preview: Shown }) {
  const { tasks, edges, criticalPath, waves } = preview;
  const picture = tasks.map(({ key, title, estimate }) => ({ key, title, hours: estimate.expected }));
  return (
    <div className="flex min-w-0 flex-col">
      <EnvelopeView envelope={preview.envelope} basis={preview.basis} />
      <Scroller className="max-h-112 border-t border-line-1 p-3 lg:p-4" label="Graph of the plan">
        <PlanPicture tasks={picture} edges={edges} criticalPath={criticalPath} size="large" />
      </Scroller>
      <p className="border-t border-line-1 break-words px-3 py-2 text-data text-ink-2 lg:px-4">
        {plural(tasks.length, 'task')} in {plural(waves.length, 'wave')}. {criticalWords(criticalPath, edges)}
      </p>
      {preview.collisions.length > 0 && <Collisions collisions={preview.collisions} />}
      <details className="border-t border-line-1">
        <summary className="flex min-h-11 items-center px-3 text-data underline lg:px-4">The tasks as a table</summary>
        <Tasks preview={preview} />
      </details>
    </div>
  );
}

/** Hours, tokens and cost: the middle and what nine of ten stay under, with what the figures rest on. */
function EnvelopeView({ envelope, basis }: Pick<PlanPreview, 'envelope' | 'basis'>) {
  return (
    <>
      <dl className="grid grid-cols-2 [&>*]:border-r [&>*]:border-b [&>*]:border-line-1 xl:grid-cols-4">
        <Reading name="Work">{spread(envelope.workHours, hours)}</Reading>
        <Reading name="On the clock">{spread(envelope.elapsedHours, hours)}</Reading>
        <Reading name="Tokens">{spread(envelope.tokens, count)}</Reading>
        <Reading name="Cost">{envelope.costUsd === null ? 'unknown' : spread(envelope.costUsd, usd)}</Reading>
      </dl>
      <p className="border-t border-line-1 px-3 py-2 text-data text-ink-2 lg:px-4">
        First the middle, then what nine of ten stay under. {basisWords(basis)}
      </p>
    </>
  );
}

function basisWords({ samples, tokensPerHour, tokensSource, usdPerMillionTokens }: PlanPreview['basis']): string {
  const learned = samples === 0 ? 'No such task has run here yet' : `Learned from ${plural(samples, 'such task')}`;
  const tokens = `${count(Math.round(tokensPerHour))} tokens an hour ${tokensSource === 'history' ? 'measured' : 'assumed'}`;
  const price = usdPerMillionTokens === null ? 'no price is known' : `${usd(usdPerMillionTokens)} a million`;
  return `${learned}; ${tokens}; ${price}.`;
}

function hours(value: number): string {
  return `${value.toFixed(1)} h`;
}

function spread({ p50, p90 }: Spread, words: (value: number) => string): string {
  return `${words(p50)} / ${words(p90)}`;
}

function Collisions({ collisions }: { collisions: readonly PlanCollision[] }) {
  return (
    <div className="border-t border-l-4 border-line-1 border-l-caution px-3 py-2 lg:px-4">
      <h3 className="engraved text-micro text-caution">Same paths</h3>
      <ul>
        {collisions.map(({ first, second, globs }) => (
          <li key={`${first} ${second}`} className="py-1 text-data">
            <span className="font-data">{first}</span> and <span className="font-data">{second}</span> may run at once
            and both announce{' '}
            <span className="break-all font-data">
              {globs.map(([a, b]) => (a === b ? a : `${a} and ${b}`)).join(', ')}
            </span>
            : the second waits for the first.
          </li>
        ))}
      </ul>
    </div>
  );
}

const columns = [{ words: 'Task' }, { words: 'Needs', wide: true }, { words: 'Hours', end: true }, { words: 'After' }];

function Tasks({ preview: { tasks, edges } }: { preview: Shown }) {
  return (
    <Table caption="Tasks of the plan" columns={columns}>
      {tasks.map((task) => (
        <tr key={task.key} className="border-b border-line-1">
          <Cell>
            <span className="block break-words font-data text-data font-bold">{task.key}</span>
            <span className="block break-words text-data">{task.title}</span>
            {task.optional && <span className="block text-data text-ink-3">optional</span>}
            {task.writes.length > 0 && (
              <span className="block break-all font-data text-micro text-ink-3">writes {task.writes.join(', ')}</span>
            )}
          </Cell>
          <Cell wide className="font-data text-micro">
            {task.capabilities.map((one) => one.replaceAll('_', ' ')).join(', ')}
          </Cell>
          <Cell end className="whitespace-nowrap font-data text-data">
            {task.estimate.expected.toFixed(1)}
          </Cell>
          <Cell className="break-words font-data text-micro">
            {edges
              .filter((edge) => edge.to === task.key)
              .map((edge) =>
                [edge.from, dependencyWords[edge.type].short, edge.required ? '' : 'optional']
                  .filter(Boolean)
                  .join(' '),
              )
              .join(', ') || '–'}
          </Cell>
        </tr>
      ))}
    </Table>
  );
}
