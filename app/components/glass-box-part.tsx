import { Link } from 'react-router';
import type { Architecture, Gauge, PartEdge } from '../../server/domain/architecture.ts';
import { mayWords } from '../architecture-picture.ts';
import { plural } from '../format.ts';
import { GaugeValue, gaugeKey } from './glass-box.tsx';
import { Panel } from './page.tsx';

interface GlassBoxPartProps {
  name: string;
  /** The room it is, or is part of; null for the whole. */
  room: Architecture['rooms'][number] | null;
  imports: readonly PartEdge[];
  importedBy: readonly PartEdge[];
  gauges: readonly Gauge[];
  moved: ReadonlySet<string>;
  hrefOf: (module: string) => string;
}

/** What a part is, what it may import, what it does import and what imports it, and what it does now. */
export function GlassBoxPart({ name, room, imports, importedBy, gauges, moved, hrefOf }: GlassBoxPartProps) {
  return (
    <Panel title={name} id="part">
      {room !== null && (
        <>
          <p className="border-b border-line-1 px-3 py-3 lg:px-4">{room.comment}</p>
          <dl className="border-b border-line-1 px-3 py-2 text-data lg:px-4">
            <dt className="engraved text-micro text-ink-3">May import</dt>
            {Object.entries(room.may).map(([other, how]) => (
              <dd key={other}>
                {mayWords[how]} <span className="font-data">{other}</span>
              </dd>
            ))}
            <dt className="engraved mt-2 text-micro text-ink-3">Packages</dt>
            <dd className="break-words">{room.packages === null ? 'any' : room.packages.join(', ')}</dd>
          </dl>
        </>
      )}
      {gauges.length > 0 && (
        <dl className="border-b border-line-1">
          {gauges.map((gauge) => (
            <div key={gaugeKey(gauge)} className="flex justify-between gap-4 px-3 py-1 text-data lg:px-4">
              <dt className="text-ink-2">{gauge.name}</dt>
              <dd>
                <GaugeValue gauge={gauge} moved={moved.has(gaugeKey(gauge))} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {room !== null && (
        <>
          <Neighbours title="Imports" edges={imports} side="to" hrefOf={hrefOf} />
          <Neighbours title="Imported by" edges={importedBy} side="from" hrefOf={hrefOf} />
        </>
      )}
    </Panel>
  );
}

interface NeighboursProps {
  title: string;
  edges: readonly PartEdge[];
  side: 'from' | 'to';
  hrefOf: (module: string) => string;
}

function Neighbours({ title, edges, side, hrefOf }: NeighboursProps) {
  return (
    <section aria-label={title} className="border-b border-line-1 py-2">
      <h3 className="engraved px-3 text-micro text-ink-3 lg:px-4">
        {title} <span className="font-data">{plural(edges.length, 'module')}</span>
      </h3>
      {edges.length === 0 ? (
        <p className="px-3 text-data text-ink-2 lg:px-4">none</p>
      ) : (
        <ul>
          {edges.map((edge) => (
            <li key={edge[side]}>
              <Link
                to={hrefOf(edge[side])}
                preventScrollReset
                className="flex min-h-11 items-center justify-between gap-3 px-3 font-data text-data hover:bg-surface-2 lg:px-4"
              >
                <span className="min-w-0 break-all underline">{edge[side]}</span>
                <span className="whitespace-nowrap text-micro text-ink-2">
                  {edge.values} values, {edge.types} types
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
