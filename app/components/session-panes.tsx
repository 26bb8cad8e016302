import './session-panes.css';
import type { ReactNode } from 'react';
import { Group, type Layout, Panel, Separator } from 'react-resizable-panels';
import { useHydrated } from '../hooks/use-hydrated.ts';
import { layoutCookie, type Pane, type PaneLayout, panes } from '../pane-layout.ts';

interface SessionPanesProps {
  layout: PaneLayout;
  /** The one that is seen where only one fits. */
  shown: Pane;
  /** Where the inspector stands when one pane fits and it is not the one: it holds what waits for a person, and the plan. */
  beside: 'before' | 'after' | null;
  timeline: ReactNode;
  centre: ReactNode;
  inspector: ReactNode;
}

const words: Record<Pane, string> = { timeline: 'Timeline', centre: 'Session', inspector: 'Inspector' };

/** Three panes side by side, each as wide as this device remembers; the separators are moved by pointer and by arrow keys. */
export function SessionPanes({ layout, shown, beside, ...content }: SessionPanesProps) {
  const hydrated = useHydrated();
  return (
    <Group
      id="session-panes"
      className="session-panes"
      data-shown={shown}
      data-beside={beside ?? undefined}
      // While the page still arrives: a pane does not take the place of the one that is to stand beside it.
      data-arriving={hydrated ? undefined : ''}
      defaultLayout={layoutOf(layout)}
      onLayoutChanged={remember}
      resizeTargetMinimumSize={{ coarse: 44, fine: 24 }}
      disableCursor
    >
      {panes.flatMap((pane, place) => [
        ...(place === 0
          ? []
          : [
              <Separator
                key={`before-${pane}`}
                // Before any script runs it moves nothing, and is nothing.
                inert={!hydrated}
                aria-label={`Width of ${words[panes[place - 1] ?? pane]}`}
                className="w-1 cursor-col-resize bg-line-2 outline-offset-0! hover:bg-ink-1 focus-visible:bg-ink-1 data-[separator=active]:bg-ink-1"
              />,
            ]),
        <Panel
          key={pane}
          id={`pane-${pane}`}
          minSize="14%"
          style={{ '--share': layout[pane] / 100 } as React.CSSProperties}
        >
          {content[pane]}
        </Panel>,
      ])}
    </Group>
  );
}

const layoutOf = (layout: PaneLayout): Layout =>
  Object.fromEntries(panes.map((pane) => [`pane-${pane}`, layout[pane]]));

function remember(layout: Layout, { isUserInteraction }: { isUserInteraction: boolean }) {
  if (!isUserInteraction) return;
  // biome-ignore lint/suspicious/noDocumentCookie: read by the loader, so that the first paint has the panes in place
  document.cookie = layoutCookie(Object.fromEntries(panes.map((pane) => [pane, layout[`pane-${pane}`] ?? 0])));
}
