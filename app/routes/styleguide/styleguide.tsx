import { useState } from 'react';
import { Annunciator } from '../../components/annunciator.tsx';
import { FilterTabs } from '../../components/filter-tabs.tsx';
import { PageHeader, Panel, Reading } from '../../components/page.tsx';
import { PreferencePicker } from '../../components/preference-picker.tsx';
import { ProgressBar } from '../../components/progress.tsx';
import { Empty, Failure, Loading, Notice } from '../../components/states.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { Colours, Pairs, Spaces, Types } from '../../components/styleguide-tables.tsx';
import { Bar, Button } from '../../components/ui/button.tsx';
import { Confirm } from '../../components/ui/confirm.tsx';
import { Dialog } from '../../components/ui/dialog.tsx';
import { CheckField, type FormField, SelectField, TextAreaField, TextField } from '../../components/ui/field.tsx';
import { Keys } from '../../components/ui/key.tsx';
import { Cell, Table } from '../../components/ui/table.tsx';
import { ClockProvider } from '../../hooks/use-clock.tsx';
import { keyActions, keyMap } from '../../keys.ts';
import { preferencesOf } from '../../preferences.server.ts';
import { signMaps } from '../../styleguide-tokens.ts';
import type { Route } from './+types/styleguide.ts';
import { sampleProblem, sampleTiles } from './samples.ts';

export const meta: Route.MetaFunction = () => [{ title: 'Styleguide · Control room' }];

export async function loader({ request }: Route.LoaderArgs) {
  return { preferences: await preferencesOf(request), at: new Date() };
}

const field = (name: string, more: Partial<FormField> = {}): FormField => ({
  id: `sample-${name}`,
  name,
  formId: 'sample',
  errorId: `sample-${name}-error`,
  ...more,
});

/** The whole of the design system as it is, in development only: nothing here is drawn for this page alone. */
export default function Styleguide({ loaderData: { preferences, at } }: Route.ComponentProps) {
  return (
    <ClockProvider at={at}>
      <main className="flex min-h-dvh flex-col">
        <PageHeader
          title="Styleguide"
          note="Tokens, pairs, states and components, read from the sources the pages use."
        />
        <div className="grid gap-px bg-line-1 lg:grid-cols-2">
          <Panel title="Theme">
            <PreferencePicker name="theme" preferences={preferences} />
          </Panel>
          <Panel title="Density">
            <PreferencePicker name="density" preferences={preferences} />
          </Panel>
          <Panel title="Colours">
            <Colours />
          </Panel>
          <Panel title="Type">
            <Types />
          </Panel>
          <Panel title="Text pairs, computed in this theme" className="lg:col-span-2">
            <Pairs />
          </Panel>
          <Panel title="Space">
            <Spaces />
          </Panel>
          <Panel title="Keys">
            <dl className="divide-y divide-line-1">
              {keyActions.map((action) => (
                <div key={action} className="flex min-h-11 items-center justify-between gap-4 px-3 lg:px-4">
                  <dt>{keyMap[action].words}</dt>
                  <dd>
                    <Keys shown={keyMap[action].shown} />
                  </dd>
                </div>
              ))}
            </dl>
          </Panel>
          <Panel title="States: word, shape, meaning" className="lg:col-span-2">
            <Signs />
          </Panel>
          <Panel title="Annunciator: clear, ringing, acknowledged" className="lg:col-span-2">
            <Annunciator
              tiles={sampleTiles}
              acknowledged={{ failed: { since: null, count: 1 } }}
              onAcknowledge={() => undefined}
            />
          </Panel>
          <Panel title="Buttons">
            <Buttons />
          </Panel>
          <Panel title="Fields">
            <Fields />
          </Panel>
          <Panel title="What a list says">
            <Loading what="sessions" />
            <Empty title="No session yet." action={{ to: '#states', words: 'New session' }}>
              Give it a goal and a repository.
            </Empty>
            <Notice>Paused.</Notice>
            <Failure problem={sampleProblem} />
          </Panel>
          <Panel title="Table, tabs, progress">
            <FilterTabs
              label="Sample views"
              tabs={[
                { to: '#open', words: 'Open', on: true },
                { to: '#all', words: 'All', on: false },
              ]}
              aside="2 open"
            />
            <Table
              caption="Sample"
              columns={[{ words: 'Session' }, { words: 'Progress' }, { words: 'Cost', end: true }]}
            >
              {[3, 20].map((total) => (
                <tr key={total} data-row className="border-b border-line-1">
                  <Cell>
                    <a href="#row">IND-{total}</a>
                  </Cell>
                  <Cell>
                    <ProgressBar completed={2} total={total} live={total === 3} />
                  </Cell>
                  <Cell end className="font-data text-data">
                    $0.12
                  </Cell>
                </tr>
              ))}
            </Table>
            <dl className="grid grid-cols-2">
              <Reading name="Queue age">12 s</Reading>
              <Reading name="Health" tone="text-broken">
                20 %
              </Reading>
            </dl>
          </Panel>
        </div>
      </main>
    </ClockProvider>
  );
}

function Signs() {
  return (
    <div className="grid gap-px bg-line-1 sm:grid-cols-2 xl:grid-cols-3">
      {signMaps.map(([name, signs]) => (
        <section key={name} aria-label={name} className="bg-surface-0 p-3 lg:p-4">
          <h3 className="engraved mb-2 text-data">{name}</h3>
          <ul className="flex flex-col gap-2">
            {Object.entries(signs).map(([status, sign]) => (
              <li key={status} className="flex flex-wrap items-baseline gap-x-3">
                <StatusBadge sign={sign} />
                <span className="text-data text-ink-2">{sign.meaning}</span>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function Buttons() {
  const [open, setOpen] = useState(false);
  return (
    <div className="flex flex-col gap-2 p-3 lg:p-4">
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setOpen(true)}>Open a dialog</Button>
        <Button weight="weighty">Weighty</Button>
        <Button weight="broken">Breaking</Button>
        <Button disabled>Refused</Button>
      </div>
      <Bar type="button" label="Pause" consequence="Running agents are interrupted; nothing is lost." />
      <Bar
        type="button"
        label="Start"
        consequence="It queues."
        refusal="It is RUNNING; only a PENDING session is started."
      />
      <Bar type="button" label="Retry" consequence="Completed tasks stay." pending="Retrying…" />
      <Bar type="button" weight="broken" label="Stop" consequence="Running agents are ended; merged work stays." />
      <Confirm trigger="Delete" title="Delete IND-7?" confirm="Delete IND-7" fields={{}} action="#" typed="IND-7">
        It leaves every list; it can be brought back for 30 days.
      </Confirm>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="A dialog"
        description="At the foot of a phone, on top elsewhere."
      >
        <p className="p-4">Escape and the close key leave it; the focus goes back to where it was.</p>
      </Dialog>
    </div>
  );
}

function Fields() {
  return (
    <form id="sample" className="flex flex-col gap-4 p-3 lg:p-4">
      <TextField field={field('title')} label="Title" hint="As the team will call it." required />
      <TextField field={field('name', { errors: ['Give it a name.'] })} label="With an error" />
      <TextAreaField
        field={field('goal', { initialValue: 'Fix the wrapping.' })}
        label="Goal"
        counter={20_000}
        rows={3}
      />
      <SelectField
        field={field('kind')}
        label="Kind of work"
        options={[
          { value: 'a', words: 'Execution' },
          { value: 'b', words: 'Review' },
        ]}
      />
      <CheckField field={field('start', { initialValue: 'on' })} label="Start at once" hint="Else it waits for you." />
    </form>
  );
}
