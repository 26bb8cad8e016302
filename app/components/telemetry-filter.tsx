import { useRef } from 'react';
import { Form, Link, useSubmit } from 'react-router';
import { type EventFilter, eventKinds } from '../../server/domain/event-filter.ts';
import { searchOf, withType } from '../telemetry-filter.ts';

/** The filter in the address: kinds as links, the rest as a form, so that it works without scripts and can be sent on. */
export function TelemetryFilter({ filter }: { filter: EventFilter }) {
  const submit = useSubmit();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  function changed(form: HTMLFormElement) {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void submit(form, { replace: true }), 400);
  }
  return (
    <search className="border-b border-line-2">
      <nav aria-label="Filter by kind" className="relative overflow-x-auto border-b border-line-1">
        <ul className="flex sm:flex-wrap">
          {eventKinds.map((kind) => {
            const on = filter.types.some((type) => type === kind || type.startsWith(`${kind}.`));
            return (
              <li key={kind} className="border-r border-line-1">
                <Link
                  to={`/telemetry${searchOf(withType({ ...filter, types: filter.types.filter((type) => !type.startsWith(`${kind}.`)) }, kind))}`}
                  replace
                  preventScrollReset
                  aria-current={on ? 'true' : undefined}
                  className={`flex min-h-11 items-center px-3 font-data text-micro ${on ? 'bg-inverse font-bold text-on-inverse' : 'text-ink-2 hover:bg-surface-2'}`}
                >
                  {kind}
                  {on && <span className="sr-only">, shown alone or with others</span>}
                </Link>
              </li>
            );
          })}
        </ul>
      </nav>
      <Form
        method="get"
        action="/telemetry"
        onChange={(event) => changed(event.currentTarget)}
        className="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] items-end gap-2 px-3 py-2 sm:grid-cols-[9rem_12rem_minmax(0,1fr)_auto_auto] lg:px-4"
      >
        {filter.types.map((type) => (
          <input key={type} type="hidden" name="type" value={type} />
        ))}
        <Field name="session" label="Session" hint="IND-3" value={filter.session} />
        <Field name="who" label="Agent or person" hint="AGENT-…" value={filter.who} />
        <Field
          className="max-sm:order-1 max-sm:col-span-2"
          name="q"
          label="In type, name or payload"
          hint="Find in everything an event holds"
          value={filter.text}
        />
        <button
          type="submit"
          className="engraved min-h-11 cursor-pointer border border-line-3 px-4 text-data hover:bg-surface-2 max-sm:order-1"
        >
          Filter
        </button>
        <Link to="/telemetry" className="flex min-h-11 items-center justify-center px-3 text-data underline">
          Clear
        </Link>
      </Form>
    </search>
  );
}

interface FieldProps {
  name: string;
  label: string;
  hint: string;
  value: string;
  className?: string;
}

function Field({ name, label, hint, value, className = '' }: FieldProps) {
  return (
    <label className={`block ${className}`}>
      <span className="engraved text-micro text-ink-3">{label}</span>
      <input
        name={name}
        type="search"
        defaultValue={value}
        placeholder={hint}
        className="control"
        autoComplete="off"
        spellCheck={false}
      />
    </label>
  );
}
