import { useMemo } from 'react';
import { Link } from 'react-router';
import {
  type Architecture,
  type Gauge,
  gaugesOf,
  moduleOf,
  neighboursOf,
  partsOf,
} from '../../../server/domain/architecture.ts';
import { actorOf } from '../../auth.server.ts';
import { Age } from '../../components/age.tsx';
import { GlassBoxPicture, GlassBoxTable, gaugeKey } from '../../components/glass-box.tsx';
import { GlassBoxPart } from '../../components/glass-box-part.tsx';
import { PageHeader, Panel } from '../../components/page.tsx';
import { Empty } from '../../components/states.tsx';
import { servicesContext } from '../../context.ts';
import { guarded } from '../../errors.server.ts';
import { dateTime, plural } from '../../format.ts';
import { useMoved } from '../../hooks/use-moved.ts';
import { useRepeated } from '../../hooks/use-repeated.ts';
import { roomTitle } from '../../title.ts';
import type { Route } from './+types/architecture.ts';

export const meta: Route.MetaFunction = ({ matches }) => roomTitle(matches, 'Architecture');

type File = Architecture['files'][number];

export const loader = guarded(async ({ url, context }: Route.LoaderArgs) => {
  const { architecture } = context.get(servicesContext);
  const actor = actorOf(context);
  const graph = await architecture.graph(actor);
  if (graph === null) return { view: null };
  const { at, gauges } = await architecture.gauges(actor);
  const room = graph.rooms.find(({ name }) => name === url.searchParams.get('room')) ?? null;
  const asked = url.searchParams.get('module');
  const inRoom = ({ room: index }: File) => graph.rooms[index] === room;
  const module =
    room !== null && graph.files.some((file) => inRoom(file) && moduleOf(file.path) === asked) ? asked : null;
  const file =
    module === null
      ? null
      : (graph.files.find(({ path }) => path === url.searchParams.get('file') && moduleOf(path) === module) ?? null);
  const look = { room: room?.name ?? null, module };
  const here = (one: File) =>
    (room === null || inRoom(one)) &&
    (module === null || moduleOf(one.path) === module) &&
    (file === null || one.path === file.path);
  const parts = partsOf(graph, look);
  const idOf = (one: File) =>
    room === null ? graph.rooms[one.room]?.name : module === null ? moduleOf(one.path) : one.path;
  return {
    view: {
      ...look,
      file: file?.path ?? null,
      about: room,
      parts,
      partGauges: Object.fromEntries(
        parts.parts.map(({ id }) => [id, gaugesOf(gauges, graph, (one) => here(one) && idOf(one) === id)]),
      ),
      gauges: room === null ? gauges : gaugesOf(gauges, graph, here),
      ...(room === null ? { imports: [], importedBy: [] } : neighboursOf(graph, here)),
      roomOfModule: Object.fromEntries(
        graph.files.map(({ path, room: index }) => [moduleOf(path), graph.rooms[index]?.name ?? '']),
      ),
      builtAt: graph.builtAt,
      version: graph.version,
      total: { files: graph.files.length, imports: graph.imports.length },
      at,
    },
  };
});

/** The Glass Box: the system's own parts and imports as the build read them, with what each part does now. */
export default function ArchitectureRoom({ loaderData }: Route.ComponentProps) {
  useRepeated(5);
  const { view } = loaderData;
  if (view === null)
    return (
      <>
        <PageHeader title="Architecture" />
        <Empty title="This build has no picture of itself.">
          It is drawn from the import graph while the pages are built. Run{' '}
          <code className="font-data">npm run build</code> and open this page again.
        </Empty>
      </>
    );
  return <Explorer view={view} />;
}

function Explorer({ view }: { view: NonNullable<Route.ComponentProps['loaderData']['view']> }) {
  const { room, module, file, parts, partGauges, gauges, about, roomOfModule } = view;
  const readings = useMemo(() => readingsOf(gauges), [gauges]);
  const moved = useMoved(readings);
  const hrefOfModule = (id: string) => `?room=${roomOfModule[id]}&module=${encodeURIComponent(id)}`;
  const hrefOf = (id: string) =>
    room === null
      ? `?room=${id}`
      : module === null
        ? hrefOfModule(id)
        : `?room=${room}&module=${encodeURIComponent(module)}&file=${encodeURIComponent(id)}`;
  const name = file ?? module ?? room ?? 'The whole';
  return (
    <>
      <PageHeader
        title="Architecture"
        note={`The system's own parts, drawn from the imports of build ${view.version}, ${dateTime(view.builtAt)}: ${plural(view.total.files, 'file')}, ${plural(view.total.imports, 'import')}. A breach of the rule fails the lint.`}
      >
        <p className="font-data text-micro text-ink-2">
          figures of <Age since={view.at} promise={30} /> ago
        </p>
      </PageHeader>
      <nav aria-label="Where you are" className="border-b border-line-1">
        <ol className="flex flex-wrap font-data text-data">
          {[
            { to: '/architecture', words: 'The whole', on: room === null },
            ...(room === null ? [] : [{ to: `?room=${room}`, words: room, on: module === null }]),
            ...(module === null ? [] : [{ to: hrefOfModule(module), words: module, on: file === null }]),
          ].map(({ to, words, on }) => (
            <li key={to} className="border-r border-line-1">
              <Link
                to={to}
                preventScrollReset
                aria-current={on ? 'page' : undefined}
                className={`flex min-h-11 items-center px-3 lg:px-4 ${on ? 'bg-surface-3 font-bold' : 'underline'}`}
              >
                {words}
              </Link>
            </li>
          ))}
        </ol>
      </nav>
      <div className="grid flex-1 content-start gap-px bg-line-1 xl:grid-cols-[minmax(0,1fr)_24rem] xl:content-stretch">
        <div className="min-w-0 bg-surface-0">
          <GlassBoxPicture parts={parts} gauges={partGauges} moved={moved} hrefOf={hrefOf} />
          <p className="px-3 pb-3 font-data text-micro text-ink-2 lg:px-4">
            Left imports right; the wider the line, the more. Dashed: types alone.
          </p>
          <Panel title="The same as a table" id="table" aside={plural(parts.parts.length, 'part')}>
            <GlassBoxTable parts={parts} gauges={partGauges} moved={moved} hrefOf={hrefOf} />
          </Panel>
        </div>
        <GlassBoxPart
          name={name}
          room={about}
          imports={view.imports}
          importedBy={view.importedBy}
          gauges={gauges}
          moved={moved}
          hrefOf={hrefOfModule}
        />
      </div>
    </>
  );
}

function readingsOf(gauges: readonly Gauge[]): Record<string, number> {
  return Object.fromEntries(gauges.map((gauge) => [gaugeKey(gauge), gauge.value]));
}
